import { type Alarm, alarmStates } from '../../domain/alarms/alarm.ts';
import type { AlarmChange } from '../../domain/alarms/alarm-history.ts';
import { naive } from '../../domain/time.ts';

/**
 * An alarm as the API shows it: exactly Aodh's keys for type `event` (and `resource_id` where one
 * is set); type `notification` has its rule under both keys, since clients of event alarms look
 * for `event_rule`. Everything here is accepted back by PUT.
 */
export function alarmView(alarm: Alarm): Record<string, unknown> {
  const { rule, resource_id } = alarm;
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
    // Aodh evaluates event alarms by no clock, and leaves here the time of creation.
    evaluate_timestamp: naive(alarm.created_at),
  };
  return alarm.type === 'event'
    ? { ...common, event_rule: rule, ...(resource_id !== null && { resource_id }) }
    : { ...common, notification_rule: rule, event_rule: rule, resource_id };
}

/**
 * A record of the history as the API shows it. Aodh keeps the severity to itself, and so do we; what
 * became of webhooks is ours, and there once one was tried.
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
export const metricsView = ({ alarm_id, project_id, transitions }: Alarm) => ({
  alarm_id,
  project_id,
  state_counters: Object.fromEntries(alarmStates.map((state) => [state, transitions[state] ?? 0])),
});
