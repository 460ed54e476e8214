/**
 * Parses the body of `POST /v2/alarms` and `PUT /v2/alarms/{id}` into the requested alarm, with
 * Aodh's defaults: docs/wire/alarming.md#the-alarm.
 */
import * as z from 'zod';
import { type AlarmType, alarmStates, alarmTypes, severities } from '../../domain/alarms/alarm.ts';
import { normalAction } from '../../domain/alarms/alarm-action.ts';
import { type AlarmInput, mostAlarmBytes } from '../../domain/alarms/alarm-facts.ts';
import { isPeriodicType, periodicTypes } from '../../domain/alarms/periodic-alarm.ts';
import { DomainError } from '../../domain/errors.ts';
import { notPlain, plain } from '../../domain/text.ts';
import { parseMoment } from '../../domain/time.ts';
import { readRule } from './alarm-rule.ts';
import { readCompositeRule } from './composite-rule.ts';
import { readPrometheusRule } from './prometheus-rule.ts';
import { TimeConstraints } from './time-constraint-input.ts';
import { readAs, wsmeChoice, wsmeFlag, wsmeText } from './wsme.ts';

/** The lengths of an alarm's lists: of each list of actions, and of its time constraints. */
export type ListBounds = { readonly actions: number; readonly timeConstraints: number };

const actions = z
  .array(wsmeText(2048), 'A list is expected.')
  .max(100, 'At most 100 are allowed.')
  .nullish()
  .transform((given) => given ?? []);

const normalised = (given: readonly string[]): string[] => [...new Set(given.map(normalAction))];

/**
 * A time that Doctor shows and clients send back. It must be a valid time; its value is ignored.
 */
const echoedTime = wsmeText(64)
  .refine((given) => parseMoment(given) !== undefined, 'A date and time is expected.')
  .nullish();

const Body = z.strictObject(
  {
    name: wsmeText(255),
    type: wsmeChoice([...alarmTypes, ...periodicTypes]),
    description: wsmeText(1024).nullish(),
    enabled: wsmeFlag(true),
    ok_actions: actions,
    alarm_actions: actions,
    insufficient_data_actions: actions,
    repeat_actions: wsmeFlag(false),
    time_constraints: TimeConstraints,
    project_id: wsmeText(255).regex(plain, notPlain).nullish(),
    user_id: wsmeText(255).nullish(),
    state: wsmeChoice(alarmStates).optional(),
    severity: wsmeChoice(severities).default('low'),
    resource_id: wsmeText(255).nullish(),
    event_rule: z.unknown().optional(),
    notification_rule: z.unknown().optional(),
    prometheus_rule: z.unknown().optional(),
    composite_rule: z.unknown().optional(),
    alarm_id: wsmeText(255).nullish(),
    state_reason: wsmeText(mostAlarmBytes).nullish(),
    timestamp: echoedTime,
    state_timestamp: echoedTime,
    evaluate_timestamp: echoedTime,
  },
  'An object is expected.',
);

/**
 * The requested alarm of a body.
 * @throws DomainError `invalid`, which names the field.
 */
export function readAlarm(body: unknown): AlarmInput {
  if (body === undefined) throw new DomainError('invalid', 'Missing argument: "data"');
  const given = readAs(Body, body);
  const { name, enabled, repeat_actions, severity, time_constraints } = given;
  const { mirror, ...ruled } = ruledOf(given);
  return {
    facts: {
      name,
      ...ruled,
      description: given.description || ruled.description,
      enabled,
      ok_actions: normalised(given.ok_actions),
      alarm_actions: normalised(given.alarm_actions),
      insufficient_data_actions: normalised(given.insufficient_data_actions),
      repeat_actions,
      time_constraints,
      severity,
    },
    mirror,
    project_id: given.project_id,
    user_id: given.user_id,
    state: given.state,
    state_timestamp: given.state_timestamp ? parseMoment(given.state_timestamp) : undefined,
    actions: [...given.ok_actions, ...given.alarm_actions, ...given.insufficient_data_actions],
  };
}

/**
 * Reads a body as `readAlarm` does, and refuses longer lists than the operator allows. An action that
 * is given twice counts once. Source: aodh `api/controllers/v2/alarms.py`, `check_alarm_actions`.
 */
export const alarmReader =
  (most: ListBounds) =>
  (body: unknown): AlarmInput => {
    const alarm = readAlarm(body);
    const { ok_actions, alarm_actions, insufficient_data_actions, time_constraints } = alarm.facts;
    const lists = { ok_actions, alarm_actions, insufficient_data_actions };
    for (const [name, { length }] of Object.entries(lists)) {
      if (length > most.actions) throw tooMany(name, most.actions);
    }
    if (time_constraints.length > most.timeConstraints) {
      throw tooMany('time_constraints', most.timeConstraints);
    }
    return alarm;
  };

const tooMany = (name: string, most: number): DomainError =>
  new DomainError('invalid', `${name} count exceeds maximum value ${most}`);

type Given = z.infer<typeof Body>;
const ruleKeys = ['event_rule', 'notification_rule', 'prometheus_rule', 'composite_rule'] as const;
type RuleKey = (typeof ruleKeys)[number];

const isGiven = (value: unknown): boolean => value !== undefined && value !== null;

/**
 * The type with its rule and its default description. For an event alarm also its resource, and the
 * mirror: the rule under the key of the other type of event alarms, undefined if absent or null.
 * @throws DomainError `invalid`.
 */
function ruledOf(given: Given) {
  const { type } = given;
  const key: RuleKey = `${type}_rule`;
  const mirrorKey = mirrorKeys[key];
  if (!isGiven(given[key])) {
    throw new DomainError('invalid', `${key} must be set for ${type} type alarm`);
  }
  const second = ruleKeys.find(
    (other) => other !== key && other !== mirrorKey && isGiven(given[other]),
  );
  if (second) {
    throw new DomainError('invalid', `${key} and ${second} cannot be set at the same time`);
  }
  if (isPeriodicType(type) && given.resource_id) {
    throw new DomainError('invalid', 'Unknown attribute for argument data: resource_id');
  }
  if (type === 'prometheus') {
    const rule = readPrometheusRule(given[key]);
    return { type, rule, description: `${type} alarm rule`, mirror: undefined };
  }
  if (type === 'composite') {
    const rule = readCompositeRule(given[key]);
    return { type, rule, description: `${type} alarm rule`, mirror: undefined };
  }
  return eventRuled(type, given, { key, mirrorKey });
}

/** The keys under which the rule of the other type of event alarms may come back. */
const mirrorKeys: Partial<Record<RuleKey, RuleKey>> = {
  event_rule: 'notification_rule',
  notification_rule: 'event_rule',
};

type Keys = { readonly key: RuleKey; readonly mirrorKey: RuleKey | undefined };

function eventRuled(type: AlarmType, given: Given, { key, mirrorKey }: Keys) {
  const rule = readRule(given[key], key);
  const other = mirrorKey && given[mirrorKey];
  const mirror = mirrorKey && isGiven(other) ? readRule(other, mirrorKey) : undefined;
  const description = `Alarm when ${rule.event_type} event occurred.`;
  return { type, rule, description, resource_id: given.resource_id || null, mirror };
}
