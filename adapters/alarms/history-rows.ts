/** How a record of the history lies in its table, whoever writes it. */
import { type AlarmChange, sortKeyOf, timeShardOf } from '../../domain/alarms/alarm-history.ts';
import type { Row } from '../dynamodb.ts';

/** A delivered notification may come again for so long, and must not be told again. */
const leastDays = 15;

/**
 * The row of a record (with whatever else its writer keeps in it), found by its alarm, its project
 * and its time. An index's key cannot be empty, so a record of no project is in none.
 */
export const historyRow = <T extends AlarmChange>(change: T): Row => ({
  ...change,
  on_behalf_of: change.on_behalf_of || undefined,
  sort_key: sortKeyOf(change),
  time_shard: timeShardOf(change),
});

/** When a record that nothing more is owed for expires, in seconds of the epoch. */
export const expiryOf = (moment: string, retentionDays: number): number =>
  Math.ceil(Date.parse(moment) / 1000) + Math.max(retentionDays, leastDays) * 24 * 3600;
