/** The partitions of the index of undelivered rows. */
import { notificationId } from '../ids.ts';

/** The number of partitions of rows that no silence holds: enough for a burst, few enough for a sweep. */
export const undeliveredShards = 8;

const shardName = (shard: number): string => `undelivered#${shard}`;

/** The names of the partitions of rows that no silence holds. */
export const allShards: readonly string[] = Array.from({ length: undeliveredShards }, (_, shard) =>
  shardName(shard),
);

/** The partition of a row. A notification's id is a hash, so rows spread evenly. */
export const undeliveredShard = (notification_id: string): string =>
  shardName(Number.parseInt(notification_id.slice(0, 4), 16) % undeliveredShards);

/** The partition of a row once no silence holds it. */
export const releasedShard = (row: {
  readonly alarm_id: string;
  readonly event_id: string;
}): string => undeliveredShard(notificationId(row.alarm_id, row.event_id));

const heldPrefix = 'silenced#';

/** The partition of the rows that a silence holds. */
export const heldShard = (silence_id: string): string => `${heldPrefix}${silence_id}`;

/** Whether the partition is that of rows which a silence holds. @param shard undefined for a sent row. */
export const isHeldShard = (shard: string | undefined): boolean =>
  shard?.startsWith(heldPrefix) === true;
