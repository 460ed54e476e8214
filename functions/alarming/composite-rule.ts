/** Parses the rule of an alarm of type `composite`: docs/wire/alarming.md#prometheus-and-composite. */
import * as z from 'zod';
import type { CompositePart, CompositeRule } from '../../domain/alarms/periodic-alarm.ts';
import { DomainError } from '../../domain/errors.ts';
import { comparison, comparisonOf } from './prometheus-rule.ts';
import { readAs } from './wsme.ts';

/** The most `and`s and `or`s within each other. */
const deepest = 5;
/** The most parts of a rule. */
const mostParts = 20;

const partTypes = ['event', 'notification', 'prometheus'] as const;

const Comparison = z.strictObject({ type: z.literal('prometheus'), ...comparison });
const Named = z.strictObject({
  type: z.enum(partTypes),
  alarm_id: z.uuid('Must be the id of an alarm.'),
});

const invalid = (text: string): DomainError => new DomainError('invalid', text);

/**
 * A rule with its defaults. Whether the alarms exist that it names is checked by `requireParts`.
 * @throws DomainError `invalid`, in Aodh's words where Aodh refuses it too.
 */
export function readCompositeRule(given: unknown): CompositeRule {
  const budget = { parts: 0 };
  return read(given, 'data.composite_rule', { depth: 0, budget });
}

type Place = { readonly depth: number; readonly budget: { parts: number } };

function read(given: unknown, path: string, { depth, budget }: Place): CompositeRule {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw notARule(given);
  const entries = Object.entries(given);
  const [operator, inner] = entries[0] ?? [];
  if (entries.length !== 1) return readPart(given, path, budget);
  if (operator !== 'and' && operator !== 'or') {
    throw invalid('Threshold rules should be combined with "and" or "or"');
  }
  if (!Array.isArray(inner) || inner.length === 0) throw notARule(given);
  if (depth === deepest) {
    throw invalid(
      `Invalid input for field/attribute composite_rule. It is more than ${deepest} levels deep.`,
    );
  }
  const rules = inner.map((each, n) =>
    read(each, `${path}.${operator}.${n}`, { depth: depth + 1, budget }),
  );
  return operator === 'and' ? { and: rules } : { or: rules };
}

function readPart(given: object, path: string, budget: Place['budget']): CompositePart {
  budget.parts += 1;
  if (budget.parts > mostParts) {
    throw invalid(
      `Invalid input for field/attribute composite_rule. It has more than ${mostParts} parts.`,
    );
  }
  if (!('type' in given) || !given.type) throw invalid('type must be set in every rule');
  if (!partTypes.some((type) => type === given.type)) {
    throw invalid(
      `Unsupported sub-rule type :${String(given.type).slice(0, 100)} in composite rule, should be one of: ['${partTypes.join("', '")}']`,
    );
  }
  if ('alarm_id' in given || given.type !== 'prometheus') return readAs(Named, given, path);
  const { type, ...compared } = readAs(Comparison, given, path);
  return { type, ...comparisonOf(compared) };
}

/** Source: aodh `alarm_rules/composite.py`, `InvalidCompositeRule`. */
const notARule = (given: unknown): DomainError =>
  invalid(
    `Invalid input composite rule: ${String(JSON.stringify(given)).slice(0, 200)}, it should be a dict with an "and" or "or" as key, and the value of dict should be a list of basic threshold rules or sub composite rules, can be nested.`,
  );
