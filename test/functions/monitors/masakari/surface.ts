/** The surface `/instance-ha` on rows in memory. */
import type { Observation } from '../../../../domain/conditions/observation.ts';
import type { ReceivedNotification } from '../../../../domain/conditions/received-notification.ts';
import type { Host } from '../../../../domain/hosts/host.ts';
import { withImpliedRoles } from '../../../../domain/identity/access.ts';
import { unauthenticated } from '../../../../domain/identity/identity.ts';
import { instanceHaApi } from '../../../../functions/monitors/masakari/handler.ts';
import type { HaOutcome } from '../../../../functions/monitors/masakari/notifications.ts';
import { hostWith, id, minute } from '../../../domain/rows.ts';
import { type Call, call, quiet } from '../../call.ts';

/** Callers are named by their roles, as their tokens are: `admin`, `monitor+reader`. */
export function instanceHaWorld(
  hosts: readonly Host[] = [
    hostWith(),
    hostWith({ host: 'compute-2', hypervisor_id: id(32), zone: 'west', maintenance: true }),
    hostWith({ host: 'compute-9', deleted: true }),
  ],
) {
  const kept: ReceivedNotification[] = [];
  const observed: Observation[] = [];
  /** The outcomes of the next reports; `raised` when the list is empty. */
  const outcomes: HaOutcome[] = [];
  /** The error of the next write of a notification. */
  const state: { broken: Error | undefined; minutes: number } = { broken: undefined, minutes: 0 };
  const live = hosts.filter(({ deleted }) => !deleted);
  const surface = instanceHaApi({
    publicUrl: 'https://api.test/api',
    logger: quiet,
    authenticate: async ({ 'x-auth-token': name = '' }) => {
      if (!name) throw unauthenticated();
      return { user_id: name, user_name: name, roles: withImpliedRoles(name.split('+')) };
    },
    host: async (name) => hosts.find(({ host }) => host.toLowerCase() === name.toLowerCase()),
    requireReporter: async () => undefined,
    observe: async (observation) => {
      observed.push(observation);
      return outcomes.shift() ?? 'raised';
    },
    keepNotification: async (notification) => {
      if (state.broken) throw state.broken;
      kept.unshift(notification);
    },
    notification: async (uuid) => kept.find(({ notification_uuid }) => notification_uuid === uuid),
    notifications: async () => kept,
    zones: async () => [...new Set(live.map(({ zone }) => zone))].map((name) => ({ name })),
    allHosts: async () => live,
    now: () => minute(++state.minutes),
    newId: () => id(1000 + kept.length),
  });
  const ask = (role: string, method: string, path: string, more: Partial<Call> = {}) => {
    const { headers, ...rest } = more;
    return call(surface, {
      method,
      path: `/instance-ha${path}`,
      headers: { ...(role && { 'X-Auth-Token': role }), ...headers },
      ...rest,
    });
  };
  return { ask, kept, observed, outcomes, state };
}
