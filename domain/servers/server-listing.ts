/** Servers in the order of their creation, as lists show them. */
import type { Instance, VmState } from './instance.ts';

/** Place of a server in a list by time; the uuid tells two of one moment apart. */
export const placeOfServer = ({
  created_at,
  uuid,
}: Pick<Instance, 'created_at' | 'uuid'>): string => `${created_at}#${uuid}`;

/** The uuid of the server at a place. */
export const uuidAt = (place: string): string => place.slice(place.indexOf('#') + 1);

/**
 * Servers that an index has together. Those of a time, project or host are not deleted unless it
 * is said; of the state `deleted`, they are.
 */
export type ServerIndex =
  | { readonly by: 'time' }
  | { readonly by: 'host'; readonly host: string }
  | { readonly by: 'project'; readonly project_id: string; readonly deleted: boolean }
  | { readonly by: 'state'; readonly vm_state: VmState };

/** From where, which way, and how many are wanted at first. */
export type ServerRange = {
  /** The place that the first one comes after; undefined for the beginning. */
  readonly after: string | undefined;
  readonly oldestFirst: boolean;
  readonly first: number;
};

/** One list in order out of several that are; what is in two of them is there once. */
export async function* mergedPages(
  lists: readonly AsyncIterable<readonly string[]>[],
  oldestFirst: boolean,
): AsyncGenerator<readonly string[]> {
  const [only, ...others] = lists;
  if (only && others.length === 0) {
    yield* only;
    return;
  }
  const sign = oldestFirst ? 1 : -1;
  const order = (a: string, b: string) => (a === b ? 0 : a < b ? -sign : sign);
  let open = lists.map((list) => ({ pages: list[Symbol.asyncIterator](), page: [''].slice(1) }));
  while (open.length > 0) {
    await Promise.all(
      open.map(async (each) => {
        while (each.page.length === 0) {
          const next = await each.pages.next();
          if (next.done) return;
          each.page = [...next.value];
        }
      }),
    );
    open = open.filter(({ page }) => page.length > 0);
    // Up to where the first of the pages ends, nothing can come between any more.
    const [end = ''] = open.flatMap(({ page }) => page.slice(-1)).sort(order);
    const chunk = new Set<string>();
    for (const each of open) {
      const here = each.page.filter((place) => order(place, end) <= 0);
      each.page = each.page.slice(here.length);
      for (const place of here) chunk.add(place);
    }
    if (chunk.size > 0) yield [...chunk].sort(order);
  }
}
