/**
 * Decides what is notified when a silence ends. Each alarm is notified at most once: if it is in
 * alarm, if it recovered from an alarm that was notified before, or if it has no data any more.
 * Alarms that were raised and recovered meanwhile are not notified (docs/adr/0048).
 */
import * as z from 'zod';
import { Notification, RoundNotification } from '../events/messages.ts';
import { timeoutEventType } from './absence.ts';
import { Alarm, type AlarmState, CommonFacts, CommonRecord } from './alarm.ts';
import type { OutboxRow } from './outbox-row.ts';
import type { Silence } from './silence.ts';

/** The decision about all rows of an alarm that a silence held back. */
export type HeldDecision =
  /** One notification is sent, and the others are dropped. */
  | { readonly kind: 'release'; readonly row: OutboxRow }
  | { readonly kind: 'drop' }
  /** Another silence is active: it holds them from now on. */
  | { readonly kind: 'move'; readonly silence_id: string };

/** The fields of an alarm of any type by which the end of a silence decides. */
export const SilencedAlarm = CommonRecord.pick({
  alarm_id: true,
  revision: true,
  state: true,
  state_timestamp: true,
}).extend({
  ...CommonFacts.pick({ project_id: true, enabled: true }).shape,
  /** Absent for periodic alarms. */
  resource_id: Alarm.shape.resource_id.optional(),
  /** Null for an alarm on events that do not come, after it fired. Absent for periodic alarms. */
  timer_at: Alarm.shape.timer_at.optional(),
});
export type SilencedAlarm = z.infer<typeof SilencedAlarm>;

/** The part of a notification that decides: the states, and when its event or its round was. */
const Change = z.preprocess(
  (body) => (typeof body === 'string' ? JSON.parse(body) : body),
  z.union([
    Notification.pick({ previous: true, current: true, accepted_at: true }).transform(
      ({ accepted_at, ...change }) => ({
        ...change,
        at: accepted_at,
      }),
    ),
    RoundNotification.pick({ previous: true, current: true, evaluated_at: true }).transform(
      ({ evaluated_at, ...change }) => ({ ...change, at: evaluated_at }),
    ),
  ]),
);

/** A held row with the states that its notification reports. */
export type HeldRow = { readonly row: OutboxRow; readonly change: z.infer<typeof Change> };

/**
 * Reads the rows; those that cannot be read are left out. The oldest is first, also within one
 * transaction.
 */
export function heldRows(rows: readonly OutboxRow[]): HeldRow[] {
  const read = rows.flatMap((row) => {
    try {
      return [{ row, change: Change.parse(row.body) }];
    } catch {
      return [];
    }
  });
  return read.sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
}

const keyOf = ({ row, change }: HeldRow): string => `${row.timestamp} ${change.at}`;

/** Whether the state after a silence is notified, by the state before it. */
function isToNotify(before: AlarmState, state: AlarmState): boolean {
  if (state === 'alarm') return true;
  // The recovery from an alarm that was notified; an alarm that has no data any more.
  return before === 'alarm' || (state === 'insufficient data' && before !== state);
}

/**
 * Whether the row says that no event came, and none has come since. This is notified in each state, so
 * also if the alarm had no data before.
 */
const isStillAbsent = ({ row }: HeldRow, { state, timer_at }: SilencedAlarm): boolean =>
  row.attributes.event_type === timeoutEventType &&
  state === 'insufficient data' &&
  (timer_at ?? null) === null;

/**
 * The newest row. Of several that were fired at once, for events that were accepted at once, it is one
 * that has led to the state.
 */
function newestOf(held: readonly HeldRow[], state: AlarmState | undefined): HeldRow | undefined {
  const last = held.at(-1);
  const together = held.filter((each) => last && keyOf(each) === keyOf(last));
  return together.findLast(({ change }) => change.current === state) ?? last;
}

/**
 * Decides for the rows of one alarm.
 * @param held its first row and its newest ones, the oldest first.
 * @param alarm as it is now; undefined if it was deleted, or cannot be read.
 * @param active the silence that is active now for the newest row.
 */
export function afterSilence(
  held: readonly HeldRow[],
  alarm: SilencedAlarm | undefined,
  active: Silence | undefined,
): HeldDecision {
  const [first, last] = [held.at(0), newestOf(held, alarm?.state)];
  if (!first || !last || !alarm?.enabled) return { kind: 'drop' };
  if (active) return { kind: 'move', silence_id: active.silence_id };
  const { state, state_timestamp } = alarm;
  // The state was entered later, by a firing that was notified, or by a request.
  const isNewer = state_timestamp > last.row.timestamp;
  if (isNewer || last.change.current !== state) return { kind: 'drop' };
  return isToNotify(first.change.previous, state) || isStillAbsent(last, alarm)
    ? { kind: 'release', row: last.row }
    : { kind: 'drop' };
}
