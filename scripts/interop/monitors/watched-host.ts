/** A host that a monitor watches, with a server of a tenant that is notified if the server stops. */
import { randomUUID } from 'node:crypto';
import { newHost, serviceOf } from '../cloud.ts';
import { eventually } from '../daemon.ts';
import type { World } from '../program.ts';
import { type NotifiedTenant, notifiedTenant } from './tenant.ts';

export type WatchedHost = Pick<NotifiedTenant, 'close' | 'notified'> & {
  readonly host: string;
  /** Whether the host is up, as Nova's clients see it. */
  readonly isUp: () => Promise<boolean>;
  /** Waits until the host is up, or until it is down. */
  readonly becomes: (state: 'up' | 'down') => Promise<void>;
  /** Reports the host up and starts its server again, as an administrator does after a repair. */
  readonly repair: () => Promise<void>;
};

/** Registers a host with a server of tenant-a. */
export async function watchedHost(world: World, kind: string): Promise<WatchedHost> {
  const { admin } = world;
  const { tenant, alarmOn, notified, close } = await notifiedTenant(world);
  const host = await newHost(admin, kind);
  const id = randomUUID();
  const activate = () =>
    admin.expect('PUT', `/doctor/v1/servers/${id}`, {
      body: { name: `on-${host}`, project_id: tenant.projectId, host, vm_state: 'active' },
    });
  await activate();
  await alarmOn('compute.instance.update', { instance_id: id, state: 'stopped' });
  const isUp = async () => (await serviceOf(admin, host)).state === 'up';
  return {
    host,
    notified,
    close,
    isUp,
    becomes: async (state) => {
      await eventually(`${host} is ${state}`, async () => (await isUp()) === (state === 'up'));
    },
    repair: async () => {
      const { id: service } = await serviceOf(admin, host);
      await admin.expect('PUT', `/compute/v2.1/os-services/${service}`, {
        headers: { 'OpenStack-API-Version': 'compute 2.94' },
        body: { forced_down: false },
      });
      await activate();
    },
  };
}
