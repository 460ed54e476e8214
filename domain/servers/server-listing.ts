/** Lists of servers in the order of their creation. */
import type { Instance, VmState } from './instance.ts';

/** The sort key of a server in lists by time; the uuid separates two servers of the same time. */
export const placeOfServer = ({
  created_at,
  uuid,
}: Pick<Instance, 'created_at' | 'uuid'>): string => `${created_at}#${uuid}`;

/** The longest name in a sort key, in bytes: a key of an index has at most 1,024, and two times and a uuid beside it. */
const longestName = 800;

/**
 * The sort key of a server in the indexes: its place and its name, so that a list by name reads the rows of few
 * servers. A longer name is left out, as it is in keys that were written before names were in them.
 */
export function indexedPlace(server: Pick<Instance, 'created_at' | 'uuid' | 'name'>): string {
  const place = placeOfServer(server);
  return Buffer.byteLength(server.name) > longestName ? place : `${place}#${server.name}`;
}

/** The parts of a sort key: time, uuid and name are separated by `#`, which only a name can have. */
function partsOf(place: string): { readonly uuidFrom: number; readonly uuidTo: number } {
  const uuidFrom = place.indexOf('#') + 1;
  const end = place.indexOf('#', uuidFrom);
  return { uuidFrom, uuidTo: end < 0 ? place.length : end };
}

/** The uuid in a sort key. */
export function uuidAt(place: string): string {
  const { uuidFrom, uuidTo } = partsOf(place);
  return place.slice(uuidFrom, uuidTo);
}

/** The name in a sort key of an index; undefined if the key has none. */
export function nameAt(place: string): string | undefined {
  const { uuidTo } = partsOf(place);
  return uuidTo === place.length ? undefined : place.slice(uuidTo + 1);
}

/** The sort key without the name, which two indexes may show before and after a change. */
const withoutName = (place: string): string => place.slice(0, partsOf(place).uuidTo);

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
