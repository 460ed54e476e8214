/**
 * The rows of the table `timers` for alarms: each is in a part of the slot of the minute in which
 * it falls due.
 */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Alarm } from '../../domain/alarms/alarm.ts';
import { Moment } from '../../domain/time.ts';
import { timerPartOf } from '../../domain/timers/timer-slots.ts';
import { growingPages, writtenAll } from '../dynamodb.ts';
import type { Action } from '../transactions.ts';

/** A timer that is due: of an alarm, in a project. */
export const TimerRow = z.object({
  slot: z.string(),
  place: z.string(),
  alarm_id: z.uuid(),
  project_id: z.string(),
  due: Moment,
});
export type TimerRow = z.infer<typeof TimerRow>;

const keyOf = (alarm_id: string, due: string) => ({
  slot: timerPartOf(alarm_id, due),
  place: `${due}#${alarm_id}`,
});

/** Periodic alarms have no timer. */
type Timed = Pick<Alarm, 'alarm_id' | 'project_id'> & Partial<Pick<Alarm, 'timer_at'>>;

/**
 * What a change of an alarm writes into the table, for the transaction that writes the alarm; empty
 * if the timer stays.
 * @param before undefined for a new alarm. @param after undefined for one that is deleted.
 */
export function timerWrites(
  TableName: string,
  before: Timed | undefined,
  after: Timed | undefined,
): Action[] {
  const [from, to] = [before?.timer_at ?? null, after?.timer_at ?? null];
  if (from === to) return [];
  const gone = before && from !== null;
  return [
    ...(gone ? [{ Delete: { TableName, Key: keyOf(before.alarm_id, from) } }] : []),
    ...newTimer(TableName, before, after),
  ];
}

/**
 * What a change of an alarm whose timer was handed over, or that had none, writes into the table;
 * empty if the timer stays. The timekeeper removes the row of a timer that it hands over, so it is
 * not written here.
 */
export function newTimer(
  TableName: string,
  before: Timed | undefined,
  after: Timed | undefined,
): Action[] {
  const due = after?.timer_at ?? null;
  if (!after || due === null || due === before?.timer_at) return [];
  const { alarm_id, project_id } = after;
  return [{ Put: { TableName, Item: { ...keyOf(alarm_id, due), alarm_id, project_id, due } } }];
}

/** Reads and removes timers. */
export const timerStore = (client: DynamoDBDocumentClient, table: string) => ({
  /** The timers of a part of a slot that are due before a moment, earliest first, in pages. */
  dueTimers: async function* (slot: string, before: string): AsyncGenerator<TimerRow[]> {
    const query = {
      TableName: table,
      KeyConditionExpression: 'slot = :slot AND place < :before',
      // `~` comes after all ids.
      ExpressionAttributeValues: { ':slot': slot, ':before': `${before}#~` },
    };
    for await (const page of growingPages(client, query, { first: 100, longest: 500 })) {
      yield page.map((row) => TimerRow.parse(row));
    }
  },

  /** Removes timers that were queued. One that is not there any more is no error. */
  removeTimers: (rows: readonly TimerRow[]): Promise<void> =>
    writtenAll(
      client,
      rows.map(({ slot, place }) => ({
        Statement: `DELETE FROM "${table}" WHERE "slot" = ? AND "place" = ?`,
        Parameters: [slot, place],
      })),
    ),
});
