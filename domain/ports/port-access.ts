/**
 * Which callers may see and write which attributes of a port. Administrators and services manage all
 * ports. Callers who report data planes (role `data_plane_integrator`) read all ports, and write their
 * reported attributes, in any project.
 * Sources: docs/wire/network.md#who-may-report; neutron `conf/policies/port.py`.
 */
import { DomainError, Refusal } from '../errors.ts';
import { type Caller, hasRole } from '../identity/access.ts';
import { shortened } from '../text.ts';
import type { Port } from './port.ts';

/** The refusal of an id that does not exist, or that the caller may not know of. */
export const notFound = (kind: 'Port' | 'Network', id: string): Refusal =>
  new Refusal(
    kind === 'Port' ? 'port_not_found' : 'network_not_found',
    `${kind} ${shortened(id)} could not be found.`,
  );

/** The refusal by a rule of the policy: `rule:update_port`, or a pair of rules in brackets. */
export const disallowed = (rule: string): DomainError =>
  new DomainError('forbidden', `${rule} is disallowed by policy`);

/** The attributes of a request in their order, and the values on which rights depend. */
export type GivenAttributes = {
  readonly given: readonly string[];
  readonly values: { readonly device_owner?: string | undefined };
};

type Owned = Pick<Port, 'project_id'>;

/** Whether the caller may give ids, hosts and other projects. */
export const manages = (caller: Caller): boolean => hasRole(caller, 'admin', 'service');

const reports = (caller: Caller): boolean => hasRole(caller, 'admin', 'data_plane_integrator');

/** Whether the caller sees the ports of all projects. */
export const seesAll = (caller: Caller): boolean => manages(caller) || reports(caller);

/** Whether the caller sees on which hosts ports are. */
export const seesHosts = seesAll;

const owns = (caller: Caller, { project_id }: Owned, role: 'member' | 'reader'): boolean =>
  caller.project_id === project_id && hasRole(caller, role);

/** Whether the caller may know that a port, or a network, of this project exists. */
export const canRead = (caller: Caller, owned: Owned): boolean =>
  seesAll(caller) || owns(caller, owned, 'reader');

/**
 * The port that was read for an id.
 * @throws PortNotFound if there is none, it is deleted, or the caller may not know of it.
 */
export function visiblePort(caller: Caller, id: string, port: Port | undefined): Port {
  if (port && !port.deleted && canRead(caller, port)) return port;
  throw notFound('Port', id);
}

/** The attributes that are reported of a port from outside. */
const reported = new Set(['status', 'data_plane_status', 'dp_down']);
/** The attributes that bind a port to the infrastructure. */
const binding = new Set(['binding:host_id', 'binding:profile']);
/** The attributes that only a caller who manages ports may change after a port is created. */
const fixed = new Set(['mac_address', 'fixed_ips']);

type Verb =
  | 'create_port'
  | 'update_port'
  | 'delete_port'
  | 'update_ports_tags'
  | 'create_network'
  | 'update_network'
  | 'update_networks_tags'
  | 'delete_network';

function mayWrite(
  caller: Caller,
  owned: Owned,
  { verb, name, values }: { verb: Verb; name: string; values: GivenAttributes['values'] },
): boolean {
  if (reported.has(name)) return reports(caller);
  if (manages(caller)) return true;
  const barred =
    binding.has(name) ||
    (verb === 'update_port' && fixed.has(name)) ||
    (name === 'device_owner' && values.device_owner?.startsWith('network:'));
  return !barred && owns(caller, owned, 'member');
}

const mayUse = (caller: Caller, owned: Owned, verb: Verb): boolean =>
  manages(caller) || owns(caller, owned, 'member') || (verb === 'update_port' && reports(caller));

/**
 * Checks that the caller may use the verb on a port or network that it sees, and may write every
 * given attribute.
 * @throws PolicyNotAuthorized
 */
export function requirePolicy(
  caller: Caller,
  owned: Owned,
  verb: Verb,
  input?: GivenAttributes,
): void {
  if (!mayUse(caller, owned, verb)) throw disallowed(`rule:${verb}`);
  const { values, given = [] } = input ?? { values: {} };
  const barred = given.filter((name) => !mayWrite(caller, owned, { verb, name, values }));
  if (barred.length === 0) return;
  const rule = barred.reduce(
    (rules, name) => `(${rules} and rule:${verb}:${name})`,
    `rule:${verb}`,
  );
  throw disallowed(rule);
}

/**
 * The project whose resources the caller may list; undefined for a caller who sees all projects.
 * @throws PolicyNotAuthorized without a project or the role `reader`.
 */
export function listedProject(caller: Caller): string | undefined {
  if (seesAll(caller)) return undefined;
  if (caller.project_id === undefined || !hasRole(caller, 'reader'))
    throw disallowed('rule:get_port');
  return caller.project_id;
}

/** @throws RevisionNumberConstraintFailed if the port, or network, has another revision than `wanted`. */
export function requireRevision(wanted: number | undefined, { revision }: Pick<Port, 'revision'>) {
  if (wanted === undefined || wanted === revision) return;
  throw new Refusal(
    'revision_mismatch',
    `Constrained to ${wanted}, but current revision is ${revision}`,
  );
}
