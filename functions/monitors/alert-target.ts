/** What an alert is about: the host, the port or the server that its labels name. */
import type { ConditionEffect, ConditionTarget } from '../../domain/conditions/observation.ts';
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
