/**
 * Parses an alarm's rule as clients write it (`event_rule`, `notification_rule`) into the stored
 * form.
 */
import { isEqual } from 'es-toolkit';
import * as z from 'zod';
import {
  conditionTypes,
  type EventPattern,
  longestTimeout,
  operators,
  type Rule,
  type RuleCondition,
} from '../../domain/alarms/alarm.ts';
import { isValueOf } from '../../domain/alarms/condition.ts';
import { DomainError } from '../../domain/errors.ts';
import { conditionsOfText } from './cli-query.ts';
import { readAs, wsmeChoice, wsmeText } from './wsme.ts';

/**
 * The field of a condition. Source: aodh `api/controllers/v2/base.py`, `Query`. Other names never
 * match in Aodh.
 */
const Field = wsmeText(255)
  .regex(/^[a-zA-Z.',0-9_-]*$/, "Only letters, digits and . ' , _ - are allowed.")
  .refine((name) => topLevel.has(name) || /^traits\../.test(name), {
    error: 'Must be event_type, message_id, generated or begin with "traits.".',
  });
const topLevel = new Set(['event_type', 'message_id', 'generated']);

const Conditions = z
  .array(
    z.strictObject({
      field: Field,
      op: wsmeChoice(operators).nullish(),
      type: wsmeChoice(conditionTypes).nullish(),
      value: wsmeText(1024),
    }),
    'A list is expected.',
  )
  .max(50, 'At most 50 are allowed.')
  .nullish();

const patternKeys = { event_type: wsmeText(255).nullish(), query: Conditions };
const Clear = z.strictObject(patternKeys, 'An object is expected.');
/** Seconds; 0 and null are the same as none. Clients may write a number as a text. */
const Timeout = z
  .union(
    [
      z.int(),
      wsmeText(10)
        .regex(/^[0-9]+$/)
        .transform(Number),
    ],
    'An integer is expected.',
  )
  .refine((given) => given >= 0 && given <= longestTimeout, {
    error: `Must be 0 to ${longestTimeout} seconds.`,
  })
  .nullish();

const Input = z.strictObject(
  { ...patternKeys, clear: z.unknown().optional(), timeout: Timeout },
  'An object is expected.',
);

/**
 * A rule with its defaults: an absent or empty `event_type` is `*`, an absent `op` is `eq`, an
 * absent `type` is `''`. `query` may be a text, as the command line sends it. `clear` has the same
 * grammar; it is left out if absent or null. `timeout` is left out if absent, null or 0.
 * @param argument the rule's key, for refusals.
 * @throws DomainError `invalid`.
 */
export function readRule(given: unknown, argument: string): Rule {
  const { clear, timeout, ...raised } = readAs(Input, withConditions(given), `data.${argument}`);
  const pattern = patternOf(raised);
  const rule = timeout ? { ...pattern, timeout } : pattern;
  if (clear === undefined || clear === null) return rule;
  const clears = patternOf(readAs(Clear, withConditions(clear), `data.${argument}.clear`));
  if (!isEqual(pattern, clears)) return { ...rule, clear: clears };
  throw new DomainError(
    'invalid',
    `Invalid input for field/attribute ${argument}.clear. The same events would raise and clear the alarm.`,
  );
}

const patternOf = ({ event_type, query }: z.infer<typeof Clear>): EventPattern => ({
  event_type: event_type || '*',
  query: (query ?? []).map(normalised),
});

/** The rule, with a `query` that is a text parsed into a list; any other value unchanged. */
function withConditions(given: unknown): unknown {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return given;
  if (!('query' in given) || typeof given.query !== 'string') return given;
  return { ...given, query: given.query === '' ? [] : conditionsOfText(given.query) };
}

type ConditionInput = NonNullable<z.infer<typeof Conditions>>[number];

function normalised({ field, op, type, value }: ConditionInput): RuleCondition {
  const kind = type ?? '';
  if (!isValueOf(kind, value)) {
    throw new DomainError(
      'invalid',
      `Unable to convert the value ${value.slice(0, 100)} to the expected data type ${kind}.`,
    );
  }
  return { field, op: op ?? 'eq', type: kind, value };
}
