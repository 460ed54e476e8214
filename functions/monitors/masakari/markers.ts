/** The numbers of rows, and the markers of pages. */
import { DomainError } from '../../../domain/errors.ts';

/** Masakari's number of a row: made of the uuid, because Doctor's rows have no numbers. */
export const numberOf = (uuid: string): number => Number.parseInt(uuid.slice(0, 8), 16) >>> 1;

/**
 * The items after the one of the marker; all of them without a marker. The marker is the uuid of an item,
 * or its number, which openstacksdk sends when it asks for the next page.
 * @throws DomainError `invalid` for an unknown marker.
 */
export function afterMarker<T>(
  items: readonly T[],
  uuidOf: (item: T) => string,
  marker: string | undefined,
): readonly T[] {
  if (marker === undefined) return items;
  const uuids = items.map(uuidOf);
  const place = uuids.indexOf(marker);
  const found = place >= 0 ? place : uuids.map((uuid) => `${numberOf(uuid)}`).indexOf(marker);
  if (found >= 0) return items.slice(found + 1);
  throw new DomainError('invalid', `Marker ${marker.slice(0, 100)} could not be found.`);
}
