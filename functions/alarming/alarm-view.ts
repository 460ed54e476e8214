import { alarmStates } from '../../domain/alarms/alarm.ts';
import type { AlarmChange } from '../../domain/alarms/alarm-history.ts';
import { type AnyAlarm, isPeriodic } from '../../domain/alarms/periodic-alarm.ts';
import { naive } from '../../domain/time.ts';

/**
 * An alarm as the API shows it. Type `event` has exactly Aodh's keys, and `resource_id` if one is
 * set. Type `notification` has its rule under both keys, because clients of event alarms read
 * `event_rule`. Types `prometheus` and `composite` have Aodh's keys. PUT accepts all of these keys.
 */
export function alarmView(alarm: AnyAlarm): Record<string, unknown> {
  const common = {
    alarm_id: alarm.alarm_id,
    name: alarm.name,
    description: alarm.description,
    enabled: alarm.enabled,
    type: alarm.type,
    ok_actions: alarm.ok_actions,
    alarm_actions: alarm.alarm_actions,
    insufficient_data_actions: alarm.insufficient_data_actions,
    repeat_actions: alarm.repeat_actions,
    time_constraints: alarm.time_constraints,
    project_id: alarm.project_id,
    user_id: alarm.user_id,
    timestamp: naive(alarm.timestamp),
    state: alarm.state,
    state_timestamp: naive(alarm.state_timestamp),
    state_reason: alarm.state_reason,
    severity: alarm.severity,
    // Rounds do not write alarms that stay as they are, so this stays the time of creation.
    evaluate_timestamp: naive(alarm.created_at),
  };
  if (isPeriodic(alarm)) return { ...common, [`${alarm.type}_rule`]: alarm.rule };
  const { rule, resource_id } = alarm;
  return alarm.type === 'event'
    ? { ...common, event_rule: rule, ...(resource_id !== null && { resource_id }) }
    : { ...common, notification_rule: rule, event_rule: rule, resource_id };
}

/**
 * A record of the history as the API shows it: with Aodh's keys, so without the severity.
 * `webhooks` is Doctor's own: the outcomes of webhooks, left out until one was tried.
 */
export function changeView({ severity, timestamp, webhooks = {}, ...change }: AlarmChange) {
  const calls = Object.values(webhooks).map(({ at, ...outcome }) => ({
    ...outcome,
    at: naive(at),
  }));
  return {
    ...change,
    timestamp: naive(timestamp),
    ...(calls.length > 0 && { webhooks: calls }),
  };
}

/** An alarm in the list of metrics. Source: docs/wire/alarming.md#routes. */
export const metricsView = ({ alarm_id, project_id, transitions }: AnyAlarm) => ({
  alarm_id,
  project_id,
  state_counters: Object.fromEntries(alarmStates.map((state) => [state, transitions[state] ?? 0])),
});
