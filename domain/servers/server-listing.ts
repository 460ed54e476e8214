/** Lists of servers in the order of their creation, and how several become one. */
import type { VmState } from './instance.ts';
import { withoutName } from './server-place.ts';

/**
 * A list that an index holds. Deleted servers are only in the lists `deleted: true` of projects and in
 * that of the state `deleted`.
 */
export type ServerIndex =
  | { readonly by: 'time' }
  | { readonly by: 'host'; readonly host: string }
  | { readonly by: 'project'; readonly project_id: string; readonly deleted: boolean }
  | { readonly by: 'state'; readonly vm_state: VmState };

/** The part of a list to read: its start, its direction and the length of its pages. */
export type ServerRange = {
  /** The sort key (`placeOfServer`) after which the range begins; undefined for the beginning of the list. */
  readonly after: string | undefined;
  readonly oldestFirst: boolean;
  /** How many keys the first page has at most; the next ones have up to twice as many as the one before. */
  readonly first: number;
  /** The most keys of a page; 1,000 if it is absent. */
  readonly longest?: number;
};

/** Merges sorted lists into one sorted list, each server once, a page at a time. */
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
  const order = (one: string, other: string): number => {
    const [a, b] = [withoutName(one), withoutName(other)];
    return a === b ? 0 : a < b ? -sign : sign;
  };
  type OpenList = { readonly pages: AsyncIterator<readonly string[]>; page: readonly string[] };
  let open: OpenList[] = lists.map((list) => ({ pages: list[Symbol.asyncIterator](), page: [] }));
  while (open.length > 0) {
    await Promise.all(
      open.map(async (each) => {
        while (each.page.length === 0) {
          const next = await each.pages.next();
          if (next.done) return;
          each.page = next.value;
        }
      }),
    );
    open = open.filter(({ page }) => page.length > 0);
    // No list has further places before the end of the page that ends first.
    const [end = ''] = open.flatMap(({ page }) => page.slice(-1)).sort(order);
    const chunk = new Map<string, string>();
    for (const each of open) {
      const here = each.page.filter((place) => order(place, end) <= 0);
      each.page = each.page.slice(here.length);
      for (const place of here) chunk.set(withoutName(place), place);
    }
    if (chunk.size > 0) yield [...chunk.values()].sort(order);
  }
}
