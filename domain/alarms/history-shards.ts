/** Where records of the history of alarms are in its indexes: their partitions and their sort key. */
import { notificationId } from '../ids.ts';
import type { AlarmChange } from './alarm-history.ts';

/**
 * The number of partitions of the index of all records by time, and of a project's records in their index.
 * A partition takes 1,000 writes of a kilobyte a second, and one project can fire as often.
 */
const shards = 8;
const shardName = (shard: number): string => `history#${shard}`;

/** The names of all partitions by time. */
export const timeShards: readonly string[] = Array.from({ length: shards }, (_, n) => shardName(n));

type Key = Pick<AlarmChange, 'event_id' | 'alarm_id'>;

/** The shard of a record, from a hash of its key. */
const shardOf = ({ alarm_id, event_id }: Key): number =>
  Number.parseInt(notificationId(alarm_id, event_id).slice(0, 4), 16) % shards;

/** The partition of a record in the index by time. */
export const timeShardOf = (key: Key): string => shardName(shardOf(key));

const projectShardName = (project: string, shard: number): string => `${shard}#${project}`;

/** The names of all partitions of a project's records. */
export const projectShards = (project: string): readonly string[] =>
  timeShards.map((_, shard) => projectShardName(project, shard));

/** The partition of a record in the index by project; undefined without a project. */
export const projectShardOf = ({
  on_behalf_of,
  ...key
}: Key & Pick<AlarmChange, 'on_behalf_of'>): string | undefined =>
  on_behalf_of ? projectShardName(on_behalf_of, shardOf(key)) : undefined;

/** The sort key of a record in every index: its time, then its id. */
export const sortKeyOf = ({ timestamp, event_id }: Pick<AlarmChange, 'timestamp' | 'event_id'>) =>
  `${timestamp}#${event_id}`;
