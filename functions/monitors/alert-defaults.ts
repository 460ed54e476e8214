/**
 * What an alert means if the operator has set no rule for it.
 * Decision: docs/adr/0037. The labels are explained in docs/how-to/monitors/alertmanager.md.
 */
import {
  type ConditionEffect,
  type ConditionSeverity,
  conditionEffects,
} from '../../domain/conditions/observation.ts';
import type { Labels } from './alert.ts';

const severities: Readonly<Record<string, ConditionSeverity>> = {
  critical: 'critical',
  failure: 'critical',
  major: 'major',
  error: 'major',
  page: 'major',
  minor: 'minor',
  warning: 'warning',
};
const severityByWord = new Map(Object.entries(severities));

/**
 * The severity of the label `severity`, in any case. Other words (`none`, `info`), and no label, are
 * `indeterminate`. `FAILURE` and `WARNING` are collectd's.
 */
export const severityOf = (labels: Labels): ConditionSeverity =>
  severityByWord.get(labels.get('severity')?.toLowerCase() ?? '') ?? 'indeterminate';

/** The effect of each type that a URL (`?type=`) or the label `doctor_type` may name. */
const effectByType: ReadonlyMap<string, ConditionEffect> = new Map([
  ['compute.host.down', 'host_down'],
  ['compute.host.unreachable', 'host_unreachable'],
  ...conditionEffects.map((effect) => [effect, effect] as const),
]);

/** The types that an alert may have, for a refusal. */
export const knownTypes = [...effectByType.keys()].join(', ');

/**
 * The effect of an alert: by the type of the URL, else by the label `doctor_type`, else by the label
 * `port_id` (data plane of that port), else the host is down.
 * @param type the query `type` of the URL; undefined if it has none.
 * @returns undefined if the type is unknown.
 */
export function effectOf(labels: Labels, type: string | undefined): ConditionEffect | undefined {
  const given = type ?? labels.get('doctor_type');
  if (given !== undefined) return effectByType.get(given);
  return labels.has('port_id') ? 'port_data_plane' : 'host_down';
}
