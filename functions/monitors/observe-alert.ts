/** From an alert to what it says about a host, a port or a server. */
import type { ConditionEffect, ReportItem } from '../../domain/conditions/observation.ts';
import { plain } from '../../domain/text.ts';
import type { Alert, Labels } from './alert.ts';
import { effectOf, knownTypes, severityOf } from './alert-defaults.ts';
import { type AlertMapping, type AlertRule, ruleFor } from './alert-mapping.ts';
import { targetLabelsOf, targetNamed, targetNameOf } from './alert-target.ts';

/** How a source reads its alerts. */
export type AlertReading = {
  /** The rules that the operator has set for the source. */
  readonly mapping: AlertMapping;
  /** The query `type` of the URL; undefined if it has none. */
  readonly type: string | undefined;
};

/** The longest name of a target. */
const longestName = 255;

/** The name of the target by the rule, else by the labels; `problem` if there is none. */
function nameOf(
  labels: Labels,
  effect: ConditionEffect,
  target: AlertRule['target'],
): { readonly name: string } | { readonly problem: string } {
  const value = target ? (labels.get(target.label) ?? '') : targetNameOf(effect, labels);
  if (!value) {
    const missing = target?.label ?? targetLabelsOf(effect);
    return { problem: `None of these labels names the target: ${missing}.` };
  }
  const name = target?.pattern ? target.pattern.capture(value) : value;
  if (name && name.length <= longestName && plain.test(name)) return { name };
  return { problem: `The label ${target?.label ?? targetLabelsOf(effect)} names no target.` };
}

/** The observation of an alert, or why there is none. */
export function observe(
  { key, status, labels, cause, observed_at, item }: Alert,
  { mapping, type }: AlertReading,
): ReportItem {
  const unmatched = (reason: string): ReportItem => ({ kind: 'unmatched', reason, item, key });
  const rule = ruleFor(mapping, labels);
  if (!rule && mapping.otherwise === 'unmatched') {
    return unmatched('No rule of the source matches the labels.');
  }
  const effect = rule?.effect ?? effectOf(labels, type);
  if (!effect) return unmatched(`The type is not known. Known types: ${knownTypes}.`);
  const found = nameOf(labels, effect, rule?.target);
  if ('problem' in found) return unmatched(found.problem);
  return {
    kind: 'observation',
    observation: {
      key,
      status,
      target: targetNamed(effect, found.name),
      effect,
      severity: rule?.severity ?? severityOf(labels),
      cause,
      observed_at,
      fenced: rule?.fenced ?? null,
    },
  };
}
