/** Describes the rule of an alarm, and the calls of its webhooks, in words. Pure functions. */
import type { Alarm, AlarmQuery, WebhookCall } from '../../api/openstack.ts';

type Rule = Pick<
  Alarm,
  'type' | 'event_rule' | 'prometheus_rule' | 'composite_rule' | 'resource_id'
>;

/** A condition: `state eq stopped`. */
const conditionInWords = ({ field, op, value }: AlarmQuery): string =>
  `${field.replace('traits.', '')} ${op} ${value}`;

/** What raises the alarm, one line for each condition. */
export function raisedBy({
  event_rule,
  prometheus_rule,
  composite_rule,
  resource_id,
}: Rule): string[] {
  if (prometheus_rule) {
    const { query, comparison_operator, threshold } = prometheus_rule;
    return [`${query} ${comparison_operator} ${threshold}`];
  }
  if (composite_rule !== undefined) return [JSON.stringify(composite_rule)];
  return [
    ...(resource_id ? [`resource_id eq ${resource_id}`] : []),
    ...(event_rule?.query ?? []).map(conditionInWords),
  ];
}

/** What takes the alarm back to `ok`, one line for each part. */
export function clearedBy({ type, event_rule }: Rule): string[] {
  if (type === 'prometheus' || type === 'composite') return ['the values of the rule'];
  const { clear } = event_rule ?? {};
  if (!clear) return ['by hand only'];
  return [clear.event_type, ...clear.query.map(conditionInWords)];
}

/** The actions of each state that has some: `alarm`, then `ok` and `insufficient data`. */
export const actionsOf = (
  alarm: Pick<Alarm, 'alarm_actions' | 'ok_actions' | 'insufficient_data_actions'>,
): (readonly [state: string, action: string])[] => [
  ...alarm.alarm_actions.map((action) => ['alarm', action] as const),
  ...alarm.ok_actions.map((action) => ['ok', action] as const),
  ...alarm.insufficient_data_actions.map((action) => ['insufficient data', action] as const),
];

/** The results of the calls with their numbers; the results that need attention come first. */
export function callsByResult(
  calls: readonly Pick<WebhookCall, 'result'>[] = [],
): (readonly [result: string, count: number])[] {
  const order = ['given up', 'retrying', 'dropped', 'delivered'];
  const place = (result: string): number => order.indexOf(result);
  return [...Map.groupBy(calls, ({ result }) => result)]
    .map(([result, { length }]) => [result, length] as const)
    .sort(([a], [b]) => place(a) - place(b));
}
