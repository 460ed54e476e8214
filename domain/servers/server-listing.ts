/** Lists of servers in the order of their creation. */
import type { Instance, VmState } from './instance.ts';

/** The sort key of a server in lists by time; the uuid separates two servers of the same time. */
export const placeOfServer = ({
  created_at,
  uuid,
}: Pick<Instance, 'created_at' | 'uuid'>): string => `${created_at}#${uuid}`;

/** The uuid in a sort key of `placeOfServer`. */
export const uuidAt = (place: string): string => place.slice(place.indexOf('#') + 1);

/**
 * A list that an index holds. Deleted servers are only in the lists `deleted: true` of projects and in
 * that of the state `deleted`.
 */
export type ServerIndex =
  | { readonly by: 'time' }
  | { readonly by: 'host'; readonly host: string }
  | { readonly by: 'project'; readonly project_id: string; readonly deleted: boolean }
  | { readonly by: 'state'; readonly vm_state: VmState };

/** The part of a list to read: its start, its direction and the length of its first page. */
export type ServerRange = {
  /** The sort key after which the range begins; undefined for the beginning of the list. */
  readonly after: string | undefined;
  readonly oldestFirst: boolean;
  readonly first: number;
};

/** Merges sorted lists into one sorted list, without duplicates, a page at a time. */
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
    const chunk = new Set<string>();
    for (const each of open) {
      const here = each.page.filter((place) => order(place, end) <= 0);
      each.page = each.page.slice(here.length);
      for (const place of here) chunk.add(place);
    }
    if (chunk.size > 0) yield [...chunk].sort(order);
  }
}
