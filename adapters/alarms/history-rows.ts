/** The rows of the table `history`. */
import type { AlarmChange } from '../../domain/alarms/alarm-history.ts';
import { projectShardOf, sortKeyOf, timeShardOf } from '../../domain/alarms/history-shards.ts';
import type { Row } from '../dynamodb.ts';

/**
 * The least retention: a copy of the event may come within that time, and must not be notified
 * again.
 */
const leastDays = 15;

/**
 * The row of a record, with the other fields that its writer adds. Indexes find it by its alarm,
 * its project and its time. The key of an index cannot be empty, so a record without a project has
 * none.
 */
export const historyRow = <T extends AlarmChange>(change: T): Row => ({
  ...change,
  on_behalf_of: change.on_behalf_of || undefined,
  project_shard: projectShardOf(change),
  sort_key: sortKeyOf(change),
  time_shard: timeShardOf(change),
});

/** When a record with nothing left to deliver expires, in seconds since 1970. */
export const expiryOf = (moment: string, retentionDays: number): number =>
  Math.ceil(Date.parse(moment) / 1000) + Math.max(retentionDays, leastDays) * 24 * 3600;
