/** The requested alarm of a create or a replace, and the limits that hold for every alarm. */
import { isEqual } from 'es-toolkit';
import { DomainError } from '../errors.ts';
import type { AlarmFacts, AlarmState, Rule } from './alarm.ts';
import { type AnyAlarm, isPeriodic, type PeriodicFacts } from './periodic-alarm.ts';

/** The facts of an alarm of one of the types, without its owner. */
type WithoutOwner<Facts> = Facts extends unknown ? Omit<Facts, 'project_id' | 'user_id'> : never;

/** The facts of an alarm of any type. */
export type AnyFacts = AlarmFacts | PeriodicFacts;

/**
 * A requested alarm, with defaults filled in. Owner and actions are not yet checked against the
 * caller's rights.
 */
export type AlarmInput = {
  readonly facts: WithoutOwner<AlarmFacts> | WithoutOwner<PeriodicFacts>;
  /** The rule that the body gives under the key of the other type; undefined if it gives none. */
  readonly mirror?: Rule | undefined;
  /** Undefined if absent, null if the body says null: for Aodh the two differ. */
  readonly project_id: string | null | undefined;
  readonly user_id: string | null | undefined;
  readonly state: AlarmState | undefined;
  /** The `state_timestamp` in the body, as the client was shown it; undefined if absent. */
  readonly state_timestamp: string | undefined;
  /** All actions, as the client wrote them. */
  readonly actions: readonly string[];
};

/**
 * The largest alarm, in bytes of JSON. DynamoDB accepts 400 kB a row and 4 MB a transaction of ten
 * firings.
 */
export const mostAlarmBytes = 65_536;

/**
 * The largest rule, in bytes of JSON. A notification repeats it as JSON inside JSON; SNS accepts
 * 256 KiB.
 */
const mostRuleBytes = 16_384;

const bytesOf = (value: unknown): number => new TextEncoder().encode(JSON.stringify(value)).length;

/**
 * Checks what holds for every alarm, for administrators too: its size, and that it names a resource
 * if the operator requires one (`ACCEPT_ALARMS_WITHOUT_RESOURCE_ID`).
 * @throws DomainError `invalid`.
 */
export function checkFacts(facts: AnyFacts, acceptWithoutResource: boolean): void {
  if (!isPeriodic(facts) && !acceptWithoutResource && !namesResource(facts)) {
    throw new DomainError('invalid', `resource_id must be set for ${facts.type} type alarm`);
  }
  if (bytesOf(facts.rule) > mostRuleBytes) {
    throw new DomainError('invalid', `The rule is larger than ${mostRuleBytes} bytes.`);
  }
  if (bytesOf(facts) > mostAlarmBytes) {
    throw new DomainError('invalid', `The alarm is larger than ${mostAlarmBytes} bytes.`);
  }
}

/**
 * Checks that a body gives one rule. Doctor shows the rule of a notification alarm under the keys of
 * both types, so both may come back: the mirror equal to the rule, or to the stored rule that the
 * client has read before.
 * @param stored the rule of the alarm that is replaced; undefined for a new alarm.
 * @throws DomainError `invalid`.
 */
export function requireOneRule(
  { facts: { rule }, mirror }: Pick<AlarmInput, 'facts' | 'mirror'>,
  stored?: AnyAlarm['rule'],
): void {
  if (!mirror || isEqual(mirror, rule) || (stored && isEqual(mirror, stored))) return;
  throw new DomainError(
    'invalid',
    'event_rule and notification_rule cannot be set at the same time',
  );
}

const resourceFields = new Set(['traits.resource_id', 'traits.instance_id']);

const namesResource = ({ resource_id, rule }: AlarmFacts): boolean =>
  resource_id !== null ||
  rule.query.some(
    ({ field, op, type }) =>
      resourceFields.has(field) && op === 'eq' && (type === '' || type === 'string'),
  );
