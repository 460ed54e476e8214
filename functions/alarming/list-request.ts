/** What a list is asked to show, whatever it lists: which things, in which order, from where on. */
import * as z from 'zod';
import { DomainError } from '../../domain/errors.ts';
import { type Fields, orderBy, type Sorting } from './field.ts';
import { refusedValue } from './wsme.ts';

export type Listing<T> = {
  readonly test: (item: T) => boolean;
  /** Never 0 for two different things. */
  readonly order: (a: T, b: T) => number;
  /** Which way through time the order goes, where it is by time alone. */
  readonly byTime: 'newest first' | 'oldest first' | undefined;
  readonly limit: number | undefined;
  /** The id of the last thing on the page before. */
  readonly after: string | undefined;
};

/** All that there is, in the order in which it comes. */
export const everything: Listing<unknown> = {
  ...{ test: () => true, order: () => 0, byTime: 'newest first' },
  ...{ limit: undefined, after: undefined },
};

type Query = Readonly<Record<string, readonly string[]>>;

/** The order that is asked for, newest first without one; what is equal in it is ordered by `id`. */
export function orderOf<T>(
  fields: Fields<T>,
  sort: readonly Sorting[],
  id: string,
): Pick<Listing<T>, 'order' | 'byTime'> {
  const given = sort.length > 0 ? sort : [{ key: 'timestamp', descending: true }];
  const [first] = given;
  const alone = given.length === 1 && first?.key === 'timestamp' ? first : undefined;
  const order = orderBy(fields, [...given, { key: id, descending: alone?.descending ?? false }]);
  if (!alone) return { order, byTime: undefined };
  return { order, byTime: alone.descending ? 'newest first' : 'oldest first' };
}

/** The arguments that all lists have: `limit` (0 is none), `marker` and `sort`. Throws `invalid`. */
export function pagingOf(
  query: Query,
  sortKeys: readonly string[],
): { limit: number | undefined; after: string | undefined; sort: Sorting[] } {
  return {
    limit: readLimit(single(query, 'limit')),
    after: single(query, 'marker') || undefined,
    sort: (query.sort ?? []).map((text) => readSorting(text, sortKeys)),
  };
}

/** The one value of an argument. Throws `invalid` where it is given more than once. */
export function single(query: Query, name: string): string | undefined {
  const values = query[name] ?? [];
  if (values.length > 1) throw refusedValue(name, values.join(', '), 'Given more than once.');
  return values[0];
}

/** Refuses the first argument that is none of these. */
export function onlyArguments(names: readonly string[], known: readonly string[]): void {
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new DomainError('invalid', `Unknown argument: "${unknown.slice(0, 100)}"`);
}

function readLimit(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const limit = z
    .int()
    .min(0)
    .safeParse(/^\d{1,15}$/.test(text) ? Number(text) : undefined);
  if (!limit.success) throw refusedValue('limit', text, 'A positive number is expected.');
  return limit.data === 0 ? undefined : limit.data;
}

/** A sort of the form `name` or `name:desc`, in any case of letters. Throws `invalid`. */
export function readSorting(text: string, keys: readonly string[], argument = 'sort'): Sorting {
  const [key = '', given = 'asc', ...more] = text.split(':');
  const direction = given.toLowerCase();
  if (!keys.includes(key) || more.length > 0 || (direction !== 'asc' && direction !== 'desc')) {
    throw refusedValue(argument, text, `Expected key:asc or key:desc of ${keys.join(', ')}.`);
  }
  return { key, descending: direction === 'desc' };
}

/** The refusal of a marker that names nothing in the list. */
export const unknownMarker = (marker: string): DomainError =>
  refusedValue('marker', marker, 'There is no such thing in the list.');
