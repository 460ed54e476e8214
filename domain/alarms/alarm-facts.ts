/** What a caller asks an alarm to be, and what every alarm must keep, whoever files it. */
import { DomainError } from '../errors.ts';
import type { AlarmFacts, AlarmState } from './alarm.ts';

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

/** DynamoDB takes 400 kB a row and 4 MB a transaction, in which ten alarms may fire. */
export const mostAlarmBytes = 65_536;

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
  if (bytesOf(facts) > mostAlarmBytes) {
    throw new DomainError('invalid', `The alarm is larger than ${mostAlarmBytes} bytes.`);
  }
}

const resourceFields = new Set(['traits.resource_id', 'traits.instance_id']);

const namesResource = ({ resource_id, rule }: AlarmFacts): boolean =>
  resource_id !== null ||
  rule.query.some(
    ({ field, op, type }) =>
      resourceFields.has(field) && op === 'eq' && (type === '' || type === 'string'),
  );
