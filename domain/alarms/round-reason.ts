/** Why a round took an alarm to its state, for people and for programs, in Aodh's words. */
import type { RoundReasonData } from '../events/messages.ts';
import type { AlarmState } from './alarm.ts';
import type { CompositeRule } from './periodic-alarm.ts';
import type { PlannedAlarm } from './periodic-index.ts';
import { partsOf } from './periodic-parts.ts';
import { type Findings, type Outcome, outcomeOfPart, type Sample } from './round-outcome.ts';

/** The reason, and its data. */
export type RoundReason = { readonly reason: string; readonly reason_data: RoundReasonData };

/**
 * The reason of the state `to`.
 * @param findings what the parts of a composite rule are explained with; absent if nothing is known.
 */
export function reasonFor(
  alarm: PlannedAlarm,
  outcome: Outcome,
  to: AlarmState,
  findings?: Findings,
): RoundReason {
  if (alarm.type === 'composite') return compositeReport(alarm.rule, alarm.state, to, findings);
  const sample = 'sample' in outcome ? outcome.sample : undefined;
  if (!sample || to === 'insufficient data') {
    const why = 'why' in outcome ? outcome.why : undefined;
    const reason = why ?? 'datapoints are unknown';
    const nothing = { disposition: 'unknown', count: 0, most_recent: null } as const;
    return { reason, reason_data: { type: 'threshold', ...nothing } };
  }
  return thresholdReport(sample, alarm.state, to);
}

/** Source: aodh `evaluator/threshold.py`, `_reason`. */
function thresholdReport(sample: Sample, from: AlarmState, to: AlarmState): RoundReason {
  const disposition = to === 'alarm' ? 'outside' : 'inside';
  const count = sample[disposition];
  const change = from === to ? `Remaining as ${to}` : `Transition to ${to}`;
  const latest = floatText(sample.most_recent);
  return {
    reason: `${change} due to ${count} samples ${disposition} threshold, most recent: ${latest}`,
    reason_data: {
      type: 'threshold',
      disposition,
      count,
      most_recent: Number.isFinite(sample.most_recent) ? sample.most_recent : null,
    },
  };
}

/** A number as Python writes a float: `1.0`, `inf`. */
function floatText(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

const descriptions: Record<AlarmState, string> = {
  alarm: 'outside their threshold.',
  ok: 'inside their threshold.',
  'insufficient data': 'state evaluated to unknown.',
};

/** Source: aodh `evaluator/composite.py`, `_reason`. */
function compositeReport(
  rule: CompositeRule,
  from: AlarmState,
  to: AlarmState,
  findings: Findings | undefined,
): RoundReason {
  const named = partsOf(rule).map((part, n) => ({ name: `rule${n + 1}`, part }));
  const causes = named.filter(
    ({ part }) => findings && outcomeOfPart(part, findings, from).state === to,
  );
  const composition_form = formOf(rule, { next: 0 });
  const change = from === to ? `remaining as ${to}` : `transition to ${to}`;
  const rules = causes.map(({ name }) => name).sort();
  return {
    reason: `Composite rule alarm with composition form: ${composition_form} ${change}, due to rules: ${rules.join(', ')} ${descriptions[to]}`,
    reason_data: {
      type: 'composite',
      composition_form,
      causative_rules: Object.fromEntries(causes.map(({ name, part }) => [name, part])),
    },
  };
}

/** The rule as text: `(rule1 or (rule2 and rule3))`. */
function formOf(rule: CompositeRule, counter: { next: number }): string {
  if ('and' in rule) return `(${rule.and.map((each) => formOf(each, counter)).join(' and ')})`;
  if ('or' in rule) return `(${rule.or.map((each) => formOf(each, counter)).join(' or ')})`;
  counter.next += 1;
  return `rule${counter.next}`;
}
