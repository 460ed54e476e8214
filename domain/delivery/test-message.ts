/** The message of a test of an alarm: the notification that the alarm would send in a state, marked. */
import { timeoutEventType } from '../alarms/absence.ts';
import type { Alarm, EventPattern, RuleCondition } from '../alarms/alarm.ts';
import { notificationOf } from '../alarms/firing.ts';
import { isLiteral } from '../alarms/glob.ts';
import { namedResource } from '../alarms/lookup.ts';
import { type OutboxRow, outboxRow } from '../alarms/outbox-row.ts';
import { type AnyAlarm, isPeriodic, type PeriodicAlarm } from '../alarms/periodic-alarm.ts';
import { reasonFor } from '../alarms/round-reason.ts';
import { type DoctorEvent, type Trait, traits, traitTypes } from '../events/event.ts';
import type { Notification, RoundNotification } from '../events/messages.ts';
import { notificationId } from '../ids.ts';
import { naive } from '../time.ts';
import type { TestOf } from './alarm-test.ts';
import { testReason } from './group-body.ts';

/** What a test sends, as a firing would write it. */
export function testMessage(alarm: AnyAlarm, of: TestOf): OutboxRow {
  const { id: event_id, now } = of;
  if (isPeriodic(alarm)) {
    const notification = roundNotification(alarm, of);
    return outboxRow(alarm, notification, { event_id, attributes: marked, now });
  }
  const event = eventOf(alarm, of);
  const change = { previous: alarm.state, current: of.state, reason: testReason };
  const notification: Notification = { ...notificationOf(alarm, event, change), test: true };
  const { resource_id, event_type } = notification;
  const attributes = { resource_id, event_type, ...marked };
  return outboxRow(alarm, notification, { event_id, attributes, now });
}

/** The attribute of a message by which filters know a test. */
const marked = { test: 'true' };

/** The event type of a test whose alarm matches events of several types. */
export const testEventType = 'alarm.test';

/**
 * An event as the alarm expects it in that state, so that filters and programs of receivers treat the
 * test as they treat the true one.
 */
function eventOf(alarm: Alarm, { id, state, now }: TestOf): DoctorEvent {
  const { rule, project_id } = alarm;
  const pattern = (state === 'ok' && rule.clear) || rule;
  const isTimeout = state === 'insufficient data' && rule.timeout !== undefined;
  const query = isTimeout ? [] : pattern.query;
  const resource = namedResource(alarm, pattern.query) ?? null;
  const own = traits(
    ['project_id', traitTypes.text, project_id || null],
    ['resource_id', traitTypes.text, resource],
  );
  return {
    message_id: id,
    event_type: isTimeout ? timeoutEventType : typeOf(pattern),
    generated: naive(now),
    traits: [...own, ...expectedTraits(query, new Set(own.map(([name]) => name)))],
    accepted_at: now,
    stamp: null,
    fault_id: null,
  };
}

const typeOf = ({ event_type }: EventPattern): string =>
  isLiteral(event_type) ? event_type : testEventType;

/** The traits that conditions for equality name, without some that are there already. */
function expectedTraits(query: readonly RuleCondition[], known: ReadonlySet<string>): Trait[] {
  const byName = new Map(
    query.flatMap(({ field, op, type, value }) => {
      const name = field.startsWith('traits.') ? field.slice('traits.'.length) : '';
      if (op !== 'eq' || name === '' || known.has(name)) return [];
      return [[name, [name, dataTypeOf[type], readAs(type, value)] satisfies Trait]];
    }),
  );
  return [...byName.values()];
}

const { text, integer, float, datetime } = traitTypes;
/** The data type of a trait that a condition of a type compares. */
const dataTypeOf: Record<RuleCondition['type'], number> = {
  ...{ '': text, string: text, boolean: text },
  ...{ integer, float, datetime },
};

const readAs = (type: RuleCondition['type'], value: string): string | number =>
  type === 'integer' || type === 'float' ? Number(value) : value;

/** The notification of an alarm that is evaluated every minute; it names no values. */
function roundNotification(alarm: PeriodicAlarm, { id, state, now }: TestOf): RoundNotification {
  return {
    alarm_id: alarm.alarm_id,
    alarm_name: alarm.name,
    severity: alarm.severity,
    previous: alarm.state,
    current: state,
    reason: testReason,
    reason_data: reasonFor(alarm, { state }, state).reason_data,
    notification_id: notificationId(alarm.alarm_id, id),
    project_id: alarm.project_id,
    state_timestamp: alarm.state_timestamp,
    evaluated_at: now,
    test: true,
  };
}
