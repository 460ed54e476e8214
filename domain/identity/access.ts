/**
 * Which callers may see and do what. Tenant isolation is decided here only.
 * Roles and their order are Keystone's: admin implies member implies reader.
 */
import { DomainError } from '../errors.ts';

export const roles = [
  'admin',
  'member',
  'reader',
  'service',
  'data_plane_integrator',
  'monitor',
] as const;
export type Role = (typeof roles)[number];

/** The sender of a request, as its token says. */
export type Caller = {
  readonly user_id: string;
  readonly user_name: string;
  /** Absent in an unscoped token. */
  readonly project_id?: string;
  readonly project_name?: string;
  /** Role names, implied ones included. */
  readonly roles: readonly string[];
  /** Present in tokens of an application credential. */
  readonly credential?: { readonly restricted: boolean };
};

/**
 * What the roles that do not belong to a tenant may do. `service` is for feeds and for services that validate
 * tokens; `monitor` reports faults and events and reads hosts, and may do nothing else.
 */
export const may = {
  reportHostFaults: ['admin', 'monitor'],
  reportDataPlanesOfHosts: ['admin', 'data_plane_integrator', 'monitor'],
  reportConditions: ['admin', 'monitor'],
  administrateMonitors: ['admin'],
  administrateCloud: ['admin'],
  sendEvents: ['admin', 'service', 'monitor'],
  sendHaNotifications: ['admin', 'service', 'monitor'],
  readHosts: ['admin', 'monitor'],
  readRegisteredHosts: ['admin', 'service', 'monitor'],
  changeHosts: ['admin'],
  readServersOfHosts: ['admin'],
  registerHostsAndServers: ['admin', 'service'],
  sendHeartbeats: ['admin', 'service'],
  reportEvacuations: ['admin', 'service'],
  validateTokens: ['admin', 'service'],
  endTokens: ['admin'],
  lookUpUsersAndProjects: ['admin'],
  registerUsers: ['admin'],
  operate: ['admin'],
} as const satisfies Record<string, readonly Role[]>;

/** The given roles and the roles that they imply. */
export function withImpliedRoles(given: readonly string[]): string[] {
  const all = new Set(given);
  if (all.has('admin')) all.add('member');
  if (all.has('member')) all.add('reader');
  return [...all];
}

/** Whether the caller is an administrator, of all projects. */
export const isAdmin = (caller: Caller): boolean => caller.roles.includes('admin');

/** Whether the caller may know that a resource of this project exists; if not, it is a 404. */
export function canSee(caller: Caller, project_id: string): boolean {
  return isAdmin(caller) || caller.project_id === project_id;
}

/** Whether the caller has one of the roles. */
export const hasRole = (caller: Caller, ...wanted: readonly Role[]): boolean =>
  wanted.some((role) => caller.roles.includes(role));

/** @throws DomainError `forbidden` unless the caller has one of the roles. */
export function requireRole(caller: Caller, ...wanted: readonly Role[]): void {
  if (!hasRole(caller, ...wanted)) {
    throw new DomainError('forbidden', "Policy doesn't allow this action to be performed.");
  }
}

/**
 * Checks an update of a host by a caller who may report faults. Only the roles `may.changeHosts` may
 * change its status or maintenance, too.
 * @throws DomainError `forbidden`.
 */
export function requireHostUpdate(
  caller: Caller,
  update: { readonly status?: unknown; readonly maintenance?: unknown },
): void {
  if (update.status !== undefined || update.maintenance !== undefined) {
    requireRole(caller, ...may.changeHosts);
  }
}

/** The project of the caller's token. @throws DomainError `forbidden` for a token without one. */
export function projectOf(caller: Caller): string {
  if (caller.project_id === undefined) {
    throw new DomainError('forbidden', 'This action needs a token that is scoped to a project.');
  }
  return caller.project_id;
}
