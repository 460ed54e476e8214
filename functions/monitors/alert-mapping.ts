/**
 * The rules that an operator sets for a source `alertmanager`, `alertmanager/NAME`, `prometheus` or
 * `prometheus/NAME`. They come before the defaults of `alert-defaults.ts`. Decision: docs/adr/0037.
 */
import * as z from 'zod';
import { conditionEffects, conditionSeverities } from '../../domain/conditions/observation.ts';
import { WholePattern } from '../../domain/pattern.ts';
import { text } from '../../domain/text.ts';
import type { Labels } from './alert.ts';

/** The most rules of a source, and the most labels of a rule: together they bound the work per alert. */
const mostRules = 32;
const mostLabels = 8;

const LabelName = text(128).min(1);

/** Tests the value of a label, which is empty if the alert has no such label. */
type ValueTest = (value: string) => boolean;

const ByValue = text(1_024).transform(
  (wanted): ValueTest =>
    (value) =>
      value === wanted,
);
const ByPattern = z
  .strictObject({ pattern: WholePattern }, 'Must be a text, or an object with only a "pattern".')
  .transform(
    ({ pattern }): ValueTest =>
      (value) =>
        pattern.capture(value) !== undefined,
  );

/**
 * The value of a label, or `{ pattern }`, a regular expression of RE2 that matches the whole value. The
 * empty value matches an alert without the label, as in Prometheus. (A union would name no field.)
 */
const Matcher = z.unknown().transform((given, context): ValueTest => {
  const result = (typeof given === 'string' ? ByValue : ByPattern).safeParse(given);
  if (result.success) return result.data;
  for (const { message, path } of result.error.issues) {
    context.addIssue({ code: 'custom', message, path: [...path] });
  }
  return z.NEVER;
});

const Rule = z.strictObject({
  /** All of them must match. Without any, the rule matches every alert. */
  match: z
    .record(LabelName, Matcher)
    .default({})
    .transform((tests) => Object.entries(tests))
    .refine((tests) => tests.length <= mostLabels, `At most ${mostLabels} labels.`),
  /** The label that names the target; its name is the first group of `pattern`, or the whole value. */
  target: z.strictObject({ label: LabelName, pattern: WholePattern.optional() }).optional(),
  effect: z.enum(conditionEffects).optional(),
  severity: z.enum(conditionSeverities).optional(),
  fenced: z.boolean().optional(),
});
/** A rule. What it leaves out is as without a rule. */
export type AlertRule = z.infer<typeof Rule>;

/**
 * The mapping of a source, as its settings store it: `rules`, of which the first that matches counts, and
 * `otherwise`, what happens to an alert that no rule matches: `default` (as without rules) or `unmatched`.
 */
export const AlertMapping = z.strictObject({
  rules: z.array(Rule).max(mostRules, `At most ${mostRules} rules.`).default([]),
  otherwise: z.enum(['default', 'unmatched']).default('default'),
});
export type AlertMapping = z.infer<typeof AlertMapping>;

/** The mapping of a source for which the operator has set none. */
export const noMapping: AlertMapping = { rules: [], otherwise: 'default' };

/** The first rule that matches the labels; undefined if none does. */
export const ruleFor = ({ rules }: AlertMapping, labels: Labels): AlertRule | undefined =>
  rules.find(({ match }) => match.every(([label, test]) => test(labels.get(label) ?? '')));
