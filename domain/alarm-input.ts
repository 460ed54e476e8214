/**
 * The body of `POST /v2/alarms` and `PUT /v2/alarms/{id}`, read into what the client says of the
 * alarm, with Aodh's defaults (contract alarm.md sections 1.1, 2 and 4).
 */
import * as z from 'zod';
import { readRule, sameRule } from './alarm-rule.ts';
import {
  type Alarm,
  type AlarmFacts,
  type AlarmState,
  type AlarmType,
  alarmStates,
  alarmTypes,
  type Rule,
  severities,
} from './alarms/alarm.ts';
import { normalAction } from './alarms/alarm-action.ts';
import { TimeConstraints } from './alarms/time-constraint.ts';
import { DomainError } from './errors.ts';
import { notPlain, plain } from './text.ts';
import { parseMoment } from './time.ts';
import { flag, oneOf, readAs, text } from './wsme.ts';

const actions = z
  .array(text(2048), 'A list is expected.')
  .max(20, 'At most 20 are allowed.')
  .nullish()
  .transform((given) => given ?? []);

const normalised = (given: readonly string[]): string[] => [...new Set(given.map(normalAction))];

/** What we show and clients send back: it must be a time, and is not looked at otherwise. */
const echoedTime = text(64)
  .refine((given) => parseMoment(given) !== undefined, 'A date and time is expected.')
  .nullish();

/** DynamoDB takes 400 kB a row and 4 MB a transaction, in which ten alarms may fire. */
const mostBytes = 65_536;

const Body = z.strictObject(
  {
    name: text(255),
    type: oneOf(alarmTypes),
    description: text(1024).nullish(),
    enabled: flag(true),
    ok_actions: actions,
    alarm_actions: actions,
    insufficient_data_actions: actions,
    repeat_actions: flag(false),
    time_constraints: TimeConstraints,
    project_id: text(255).regex(plain, notPlain).nullish(),
    user_id: text(255).nullish(),
    state: oneOf(alarmStates).optional(),
    severity: oneOf(severities).default('low'),
    resource_id: text(255).nullish(),
    event_rule: z.unknown().optional(),
    notification_rule: z.unknown().optional(),
    alarm_id: text(255).nullish(),
    state_reason: text(mostBytes).nullish(),
    timestamp: echoedTime,
    state_timestamp: echoedTime,
    evaluate_timestamp: echoedTime,
  },
  'An object is expected.',
);

/** What a client says of an alarm; what only the owner's rights decide is still as it was given. */
export type AlarmInput = {
  readonly facts: Omit<AlarmFacts, 'project_id' | 'user_id'>;
  /** Undefined where absent; null where the body says so, which Aodh does not take for the same. */
  readonly project_id: string | null | undefined;
  readonly user_id: string | null | undefined;
  readonly state: AlarmState | undefined;
  /** When the client's state dates from, as it was shown; undefined if it does not say. */
  readonly state_timestamp: string | undefined;
  /** Every action as the client wrote it. */
  readonly actions: readonly string[];
};

/** The body as facts and wishes. `stored` is the alarm that a PUT replaces. Throws `invalid`. */
export function readAlarm(body: unknown, stored?: Alarm): AlarmInput {
  if (body === undefined) throw new DomainError('invalid', 'Missing argument: "data"');
  const given = readAs(Body, body);
  const { name, type, enabled, repeat_actions, severity, time_constraints } = given;
  const rule = ruleOf(type, given, stored?.rule);
  return {
    facts: {
      name,
      type,
      description: given.description || `Alarm when ${rule.event_type} event occurred.`,
      enabled,
      rule,
      resource_id: given.resource_id || null,
      ok_actions: normalised(given.ok_actions),
      alarm_actions: normalised(given.alarm_actions),
      insufficient_data_actions: normalised(given.insufficient_data_actions),
      repeat_actions,
      time_constraints,
      severity,
    },
    project_id: given.project_id,
    user_id: given.user_id,
    state: given.state,
    state_timestamp: given.state_timestamp ? parseMoment(given.state_timestamp) : undefined,
    actions: [given.ok_actions, given.alarm_actions, given.insufficient_data_actions].flat(),
  };
}

type Rules = { readonly event_rule?: unknown; readonly notification_rule?: unknown };

/**
 * The rule under the key of the alarm's type. We show notification alarms under both keys, so the
 * other key may come back: equal to the rule, or to the stored one that the client once read.
 */
function ruleOf(type: AlarmType, rules: Rules, stored: Rule | undefined): Rule {
  const [key, otherKey] =
    type === 'event'
      ? (['event_rule', 'notification_rule'] as const)
      : (['notification_rule', 'event_rule'] as const);
  const [given, other] = [rules[key], rules[otherKey]];
  if (given === undefined || given === null) {
    throw new DomainError('invalid', `${key} must be set for ${type} type alarm`);
  }
  const rule = readRule(given, key);
  if (other === undefined || other === null) return rule;
  const mirror = readRule(other, otherKey);
  if (sameRule(mirror, rule) || (stored && sameRule(mirror, stored))) return rule;
  throw new DomainError(
    'invalid',
    `event_rule and notification_rule cannot be set at the same time`,
  );
}

/** A notification says which rule was met, in JSON inside JSON, and SNS takes 256 KiB of it. */
const mostRuleBytes = 16_384;

const bytesOf = (value: unknown): number => new TextEncoder().encode(JSON.stringify(value)).length;

/**
 * What an alarm must keep whoever files it: it fits its rows, and it names a resource where the
 * operator asks for that (`ACCEPT_ALARMS_WITHOUT_RESOURCE_ID`). Throws `invalid`.
 */
export function checkFacts(facts: AlarmFacts, acceptWithoutResource: boolean): void {
  if (!acceptWithoutResource && !namesResource(facts)) {
    throw new DomainError('invalid', `resource_id must be set for ${facts.type} type alarm`);
  }
  if (bytesOf(facts.rule) > mostRuleBytes) {
    throw new DomainError('invalid', `The rule is larger than ${mostRuleBytes} bytes.`);
  }
  if (bytesOf(facts) > mostBytes) {
    throw new DomainError('invalid', `The alarm is larger than ${mostBytes} bytes.`);
  }
}

const resourceFields = new Set(['traits.resource_id', 'traits.instance_id']);

const namesResource = ({ resource_id, rule }: AlarmFacts): boolean =>
  resource_id !== null ||
  rule.query.some(
    ({ field, op, type }) =>
      resourceFields.has(field) && op === 'eq' && (type === '' || type === 'string'),
  );
