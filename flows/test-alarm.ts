/**
 * Tests an alarm: has the notification sent that it would send in a state, marked as a test. A test that
 * is not queued is not sent: the caller, who has no answer then, repeats it.
 */
import type { AlarmState } from '../domain/alarms/alarm.ts';
import { groupedRow } from '../domain/alarms/outbox-row.ts';
import type { AnyAlarm } from '../domain/alarms/periodic-alarm.ts';
import { holdingSilence } from '../domain/alarms/silence.ts';
import {
  type AlarmTest,
  newAlarmTest,
  secondsToNextMinute,
} from '../domain/delivery/alarm-test.ts';
import type { Subscription } from '../domain/delivery/subscription.ts';
import { testMessage } from '../domain/delivery/test-message.ts';
import { DomainError } from '../domain/errors.ts';
import type { TestMessage } from '../domain/events/messages.ts';
import { type SilencesDeps, sendingOf, silenceableOf } from './silences-of.ts';

/** What a test needs from outside. */
export type TestAlarmDeps = SilencesDeps & {
  /** Counts a test of the project in this minute. False if there were too many; it is not counted then. */
  readonly countTest: (project_id: string, now: string) => Promise<boolean>;
  /** The subscriptions of a project. */
  readonly subscriptionsOf: (project_id: string) => Promise<readonly Subscription[]>;
  /** Writes the row, which expires by itself. */
  readonly saveTest: (test: AlarmTest) => Promise<void>;
  /** Durably queues the test, or throws. */
  readonly queueTest: (message: TestMessage, project_id: string) => Promise<void>;
  readonly newId: () => string;
  readonly now: () => string;
};

/**
 * Tests the alarm in a state, also if it is disabled, or if a silence would hold its notifications back.
 * @returns what is sent; no webhook has an outcome yet.
 * @throws DomainError `too_many_requests` if the project made too many tests in this minute.
 */
export async function testAlarm(
  deps: TestAlarmDeps,
  alarm: AnyAlarm,
  state: AlarmState,
): Promise<AlarmTest> {
  const now = deps.now();
  const { project_id, alarm_id } = alarm;
  if (!(await deps.countTest(project_id, now))) throw tooMany(now);
  const [sending, subscriptions] = await Promise.all([
    sendingOf(deps, [alarm]),
    deps.subscriptionsOf(project_id),
  ]);
  const of = { id: deps.newId(), state, now };
  const plain = testMessage(alarm, of);
  const message = sending.grouped.has(project_id) ? groupedRow(plain) : plain;
  const { resource_id } = message.attributes;
  const silence = holdingSilence(sending.silences, silenceableOf(alarm, { resource_id }), now);
  const silenced_by = silence?.silence_id ?? null;
  const test = newAlarmTest(alarm, message, { of, subscriptions, silenced_by });
  await deps.saveTest(test);
  await deps.queueTest({ test: { event_id: test.event_id, alarm_id } }, project_id);
  return test;
}

const tooMany = (now: string): DomainError =>
  new DomainError(
    'too_many_requests',
    'The project tested too many alarms in this minute. Try again in the next one.',
    { 'Retry-After': String(secondsToNextMinute(now)) },
  );
