/** Requests that several commands make. */
import * as z from 'zod';
import { type Found, Item } from './output.ts';
import type { CliSession, Request } from './session.ts';

/** A value as one segment of a path. */
export const segment = encodeURIComponent;

/** The item of an answer. */
export const itemOf = async (session: CliSession, key: string, request: Request): Promise<Item> =>
  z.object({ [key]: Item }).parse(await session.ask(request))[key] ?? {};

/** The item of an answer, as the result of a command. */
export const one = async (session: CliSession, key: string, request: Request): Promise<Found> => ({
  item: await itemOf(session, key, request),
});

/** The options that were given as the query of a URL; empty without any. */
export function queryString(given: Readonly<Record<string, string | boolean | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === 'string') query.set(name, value);
  }
  return query.size === 0 ? '' : `?${query}`;
}

/** The values of an option, separated by commas; undefined if it is not given. */
export const valuesOf = (value: string | boolean | undefined): string[] | undefined =>
  typeof value === 'string' ? value.split(',').filter((each) => each !== '') : undefined;

/** All items of a list, from all its pages. */
export async function all(
  session: CliSession,
  request: Request,
  read: (body: unknown) => { items: Item[]; next: string | undefined },
): Promise<Item[]> {
  const items: Item[] = [];
  for (let path: string | undefined = request.path; path !== undefined; ) {
    const page = read(await session.ask({ ...request, path }));
    items.push(...page.items);
    path = page.next;
  }
  return items;
}
