/**
 * The result of each part of a periodic alarm in one round, and the result of its rule. Sources:
 * aodh `evaluator/threshold.py` and `evaluator/composite.py`;
 * docs/wire/alarming.md#prometheus-and-composite has the rules that are Doctor's own.
 */
import type { AlarmState } from './alarm.ts';
import {
  type CompositePart,
  type CompositeRule,
  isComparison,
  type PeriodicFacts,
  type PrometheusRule,
} from './periodic-alarm.ts';

/** The answer of Prometheus to a query. */
export type QueryAnswer =
  /** The values of all series, or that of a scalar, in the order of the answer. */
  | { readonly kind: 'values'; readonly values: readonly number[] }
  /** An answer that has no values to compare: a text, or values over time. */
  | { readonly kind: 'unusable'; readonly reason: string }
  /** No answer. */
  | { readonly kind: 'failed'; readonly reason: string };

/** What is known in a round: the answer to each query, and the state of each alarm that rules name. */
export type Findings = {
  readonly answerTo: (query: string) => QueryAnswer;
  /** Undefined if there is no such alarm, or if it cannot be a part. */
  readonly stateOf: (alarm_id: string) => AlarmState | undefined;
};

/**
 * The result of a part, or of a whole rule. `mixed`: some values are outside of the threshold;
 * `last` is the result of the last one. `failed`: it cannot be known in this round.
 */
export type Outcome =
  | { readonly state: AlarmState; readonly sample?: Sample; readonly why?: string }
  | { readonly state: 'mixed'; readonly last: 'ok' | 'alarm'; readonly sample: Sample }
  | { readonly state: 'failed'; readonly why: string };

/** How many values there are on each side of the threshold, and the last value; NaN is not counted. */
export type Sample = {
  readonly outside: number;
  readonly inside: number;
  readonly most_recent: number;
};

const compare: Record<PrometheusRule['comparison_operator'], (a: number, b: number) => boolean> = {
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
  gt: (a, b) => a > b,
  ge: (a, b) => a >= b,
};

/**
 * The result of a query: all values are outside of the threshold (`alarm`), none is (`ok`), or some
 * are. NaN is no value, so that `ne` does not raise the alarm for it.
 */
export function compared(rule: PrometheusRule, answer: QueryAnswer): Outcome {
  if (answer.kind === 'failed') return { state: 'failed', why: answer.reason };
  if (answer.kind === 'unusable') return { state: 'insufficient data', why: answer.reason };
  const values = answer.values.filter((value) => !Number.isNaN(value));
  const most_recent = values.at(-1);
  if (most_recent === undefined) return { state: 'insufficient data', why: noData };
  const isOutside = (value: number) => compare[rule.comparison_operator](value, rule.threshold);
  const outside = values.filter(isOutside).length;
  const sample = { outside, inside: values.length - outside, most_recent };
  if (outside === values.length) return { state: 'alarm', sample };
  if (outside === 0) return { state: 'ok', sample };
  return { state: 'mixed', last: isOutside(most_recent) ? 'alarm' : 'ok', sample };
}

const noData = 'datapoints are unknown';

/**
 * The result of a part. An alarm that is gone, or cannot be a part any more, has insufficient data.
 * @param state that of the composite alarm: while it has insufficient data, the last value of a mixed
 * part decides.
 */
export function outcomeOfPart(part: CompositePart, findings: Findings, state: AlarmState): Outcome {
  if (isComparison(part)) {
    const outcome = compared(part, findings.answerTo(part.query));
    const isDecided = outcome.state === 'mixed' && state === 'insufficient data';
    return isDecided ? { state: outcome.last, sample: outcome.sample } : outcome;
  }
  const known = findings.stateOf(part.alarm_id);
  return known
    ? { state: known }
    : { state: 'insufficient data', why: `no alarm ${part.alarm_id}` };
}

/** The result of an alarm's rule. */
export const outcomeOf = (
  { rule }: Pick<PeriodicFacts, 'rule'>,
  findings: Findings,
  state: AlarmState,
): Outcome =>
  isComparison(rule)
    ? compared(rule, findings.answerTo(rule.query))
    : combined(rule, findings, state);

/**
 * The result of a composite rule. `and` is `alarm` if all of its parts are, and `ok` if one is;
 * `or` is the reverse. If neither holds, the first of these decides that is there: a part without
 * an answer, a mixed one, one without data.
 */
function combined(rule: CompositeRule, findings: Findings, state: AlarmState): Outcome {
  if (!('and' in rule) && !('or' in rule)) return outcomeOfPart(rule, findings, state);
  const isAnd = 'and' in rule;
  const parts = (isAnd ? rule.and : rule.or).map((each) => combined(each, findings, state));
  const [ofAll, ofOne] = isAnd ? (['alarm', 'ok'] as const) : (['ok', 'alarm'] as const);
  if (parts.some((part) => part.state === ofOne)) return { state: ofOne };
  if (parts.every((part) => part.state === ofAll)) return { state: ofAll };
  return (
    parts.find((part) => part.state === 'failed') ??
    parts.find((part) => part.state === 'mixed') ??
    parts.find((part) => part.state === 'insufficient data') ?? { state: 'insufficient data' }
  );
}
