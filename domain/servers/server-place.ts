/** The place of a server in lists: a sort key of its time of creation, its uuid and its name. */
import type { Instance } from './instance.ts';

/** The sort key of a server in lists by time; the uuid separates two servers of the same time. */
export const placeOfServer = ({
  created_at,
  uuid,
}: Pick<Instance, 'created_at' | 'uuid'>): string => `${created_at}#${uuid}`;

/**
 * The longest name in a sort key, in bytes: a key of an index has at most 1,024, and two times and
 * a uuid beside it.
 */
const longestName = 800;

/**
 * The sort key of a server in the indexes: its place and its name, so that a list by name reads the
 * rows of few servers. A longer name is left out, as it is in keys that were written before names
 * were in them.
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
export const withoutName = (place: string): string => place.slice(0, partsOf(place).uuidTo);
