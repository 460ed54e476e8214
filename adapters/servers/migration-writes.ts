/** The writes to the table `migrations` that go with a change of an instance. */

import {
  countsDeparture,
  type Evacuation,
  placeOfRecord,
} from '../../domain/servers/evacuation.ts';
import type { Instance } from '../../domain/servers/instance.ts';
import type { Row } from '../dynamodb.ts';
import type { Action } from '../transactions.ts';
import { departure } from './departures.ts';

/**
 * The row of a record with the fields that only the indexes need. Without a target it is not in
 * `byTarget`.
 */
const indexed = (evacuation: Evacuation, instance_uuid: string): Row => ({
  ...evacuation,
  instance_uuid,
  record: placeOfRecord(evacuation),
  to_host: evacuation.dest ?? undefined,
  live: 'migration',
});

/**
 * The writes to this table for a change of an instance; empty if its evacuation does not change.
 * They put the copy of its record. If the record becomes `done` (unless Nova made the move), they
 * also count a departure of the source, on the condition that its compute service was not restarted
 * since it was read. At most one action a row.
 */
export function migrationWrites(
  TableName: string,
  from: Pick<Instance, 'evacuation'> | undefined,
  { uuid, evacuation }: Instance,
): Action[] {
  const before = from?.evacuation ?? undefined;
  if (!evacuation || isSame(before, evacuation)) return [];
  const copy = { Put: { TableName, Item: indexed(evacuation, uuid) } };
  return countsDeparture(evacuation) ? [copy, departure(TableName, evacuation)] : [copy];
}

const isSame = (a: Evacuation | undefined, b: Evacuation): boolean =>
  a?.uuid === b.uuid && a.status === b.status && a.updated_at === b.updated_at;
