/** The table `alarms` as the API changes it, with the records of the changes in `history`. */
import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { isAlarmId } from '../../domain/alarms/alarm.ts';
import type { AlarmChange } from '../../domain/alarms/alarm-history.ts';
import type { AnyAlarm } from '../../domain/alarms/periodic-alarm.ts';
import { limitedKindOf } from '../../domain/alarms/quota.ts';
import { storedAlarm } from '../../domain/alarms/stored-alarm.ts';
import { transact } from '../transactions.ts';
import {
  type AlarmTables,
  alarmCreation,
  alarmDeletion,
  alarmReplacement,
  becomesLimited,
  countsOfCreation,
  kindCountOfCreation,
  kindCountOfReplacement,
  kinds,
} from './alarm-rows.ts';

/**
 * The outcome of a creation; `overtaken` if another writer changed one of its rows at the same
 * moment.
 */
export type Filed = 'filed' | 'over quota' | 'over kind quota' | 'overtaken';

/** Reads alarms by their ids. */
export const alarmById = (client: DynamoDBDocumentClient, table: string) => ({
  /** The alarm, read consistently; undefined if there is none, or the text cannot be an id. */
  alarm: async (alarm_id: string): Promise<AnyAlarm | undefined> => {
    if (!isAlarmId(alarm_id)) return undefined;
    const { Item: row } = await client.send(
      new GetCommand({
        TableName: table,
        Key: { alarm_id, kind: kinds.alarm },
        ConsistentRead: true,
      }),
    );
    return row && storedAlarm(row);
  },
});

/** The store of alarms for requests. */
export const alarmStore = (client: DynamoDBDocumentClient, tables: AlarmTables) => ({
  ...alarmById(client, tables.alarms),

  /** Creates an alarm, if its project and its user have room for one more. */
  create: async (alarm: AnyAlarm, change: AlarmChange): Promise<Filed> => {
    const outcome = await transact(client, alarmCreation(tables, alarm, change));
    if (outcome === 'written') return 'filed';
    if (outcome === 'conflict') return 'overtaken';
    if (outcome < countsOfCreation) return 'over quota';
    const isLimited = outcome === kindCountOfCreation && limitedKindOf(alarm) !== undefined;
    return isLimited ? 'over kind quota' : 'overtaken';
  },

  /**
   * Replaces an alarm. False if it is no longer as it was read; `over kind quota` if it would be
   * one alarm too many of a kind that has its own limit.
   */
  replace: async (
    before: AnyAlarm,
    after: AnyAlarm,
    change: AlarmChange,
  ): Promise<boolean | 'over kind quota'> => {
    const outcome = await transact(client, alarmReplacement(tables, before, after, change));
    if (outcome === kindCountOfReplacement && becomesLimited(before, after))
      return 'over kind quota';
    return outcome === 'written';
  },

  /**
   * Deletes an alarm with all its rows, but not its history. False if it is no longer as it was
   * read.
   */
  remove: async (alarm: AnyAlarm, change: AlarmChange): Promise<boolean> =>
    (await transact(client, alarmDeletion(tables, alarm, change))) === 'written',
});
