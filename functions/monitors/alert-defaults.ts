/**
 * What an alert means if the operator has set no rule for it.
 * Decision: docs/adr/0037. The labels are explained in docs/how-to/monitors/alertmanager.md.
 */
import type {
  ConditionEffect,
  ConditionSeverity,
  ConditionTarget,
} from '../../domain/conditions/observation.ts';
import { conditionEffects } from '../../domain/conditions/observation.ts';
import type { Labels } from './alert.ts';

/** The labels that name a compute host, the first one that is set counts. */
const hostLabels = ['host', 'node', 'nodename', 'hostname'] as const;

/**
 * An address of a scrape target without its port: `compute-1:9100` is `compute-1`, and
 * `[2001:db8::1]:9100` is `2001:db8::1`. An IPv6 address without brackets has no port.
 */
export function withoutPort(instance: string): string {
  const bracketed = /^\[([^\]]*)\](:\d+)?$/.exec(instance);
  return bracketed?.[1] ?? instance.replace(/^([^:]*):\d+$/, '$1');
}

/** The compute host that the labels name; undefined if none does. */
export function hostOf(labels: Labels): string | undefined {
  const name = hostLabels.map((label) => labels.get(label)).find((value) => value !== undefined);
  if (name !== undefined) return name;
  const instance = labels.get('instance');
  return instance === undefined ? undefined : withoutPort(instance);
}

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

/** The kind of target of each effect. What changes no state is recorded with its host. */
const kinds: Readonly<Record<ConditionEffect, ConditionTarget['kind']>> = {
  host_down: 'host',
  host_unreachable: 'host',
  host_data_plane: 'host',
  port_data_plane: 'port',
  port_status: 'port',
  server_error: 'server',
  none: 'host',
};

/** The target with this name, of the kind that the effect has. */
export function targetNamed(effect: ConditionEffect, name: string): ConditionTarget {
  const kind = kinds[effect];
  if (kind === 'port') return { kind, port_id: name };
  if (kind === 'server') return { kind, server_id: name };
  return { kind, host: name };
}

/** The name that the labels give to the target of an effect; undefined if they give none. */
export function targetNameOf(effect: ConditionEffect, labels: Labels): string | undefined {
  const kind = kinds[effect];
  if (kind === 'port') return labels.get('port_id');
  if (kind === 'server') return labels.get('server_id');
  return hostOf(labels);
}

/** The labels in which the name of an effect's target is looked for, for a refusal. */
export function targetLabelsOf(effect: ConditionEffect): string {
  const kind = kinds[effect];
  if (kind !== 'host') return kind === 'port' ? 'port_id' : 'server_id';
  return [...hostLabels, 'instance'].join(', ');
}
