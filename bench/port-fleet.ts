import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { inParallel } from '../adapters/in-parallel.ts';
import { slices } from '../domain/slices.ts';
import type { Client } from '../scripts/stack/api.ts';
import type { Fleet } from './fleet.ts';

/** Concurrent requests. On the embedded stack each needs a separate Lambda process. */
const width = 4;

const Made = z.object({ ports: z.array(z.object({ id: z.string() })) });
const Alarm = z.object({ alarm_id: z.string() });

/**
 * Makes ports on a host, each with an alarm on its data plane. A single port is reported by its id,
 * several by their host.
 */
export async function makePortFleet(
  { admin, tenant }: { readonly admin: Client; readonly tenant: Client },
  size: number,
): Promise<Fleet> {
  const host = `bench-${randomUUID().slice(0, 8)}`;
  const port = { project_id: tenant.projectId, 'binding:host_id': host };
  const wanted = Array.from({ length: size }, () => ({ ...port, network_id: randomUUID() }));
  const made = await inParallel(slices(wanted, 100), width, async (ports) => {
    const { body } = await admin.expect('POST', '/network/v2.0/ports', { body: { ports } });
    return Made.parse(body).ports.map(({ id }) => id);
  });
  const uuids = made.flat();
  const alarms = await inParallel(uuids, width, async (uuid): Promise<string> => {
    const { body } = await tenant.expect('POST', '/alarming/v2/alarms', { body: alarmOf(uuid) });
    return Alarm.parse(body).alarm_id;
  });

  const report = (data_plane_status: 'ACTIVE' | 'DOWN') =>
    size === 1
      ? admin.expect('PUT', `/network/v2.0/ports/${uuids[0]}`, {
          body: { port: { data_plane_status } },
        })
      : admin.expect('PUT', `/doctor/v1/hosts/${host}/data-plane-status`, {
          body: { data_plane_status },
        });

  return {
    host,
    uuids,
    size,
    reportDown: async () => {
      await report('DOWN');
    },
    restore: async () => {
      await report('ACTIVE');
      await inParallel(alarms, width, (alarm_id) =>
        tenant.expect('PUT', `/alarming/v2/alarms/${alarm_id}/state`, { body: '"ok"' }),
      );
    },
  };
}

const alarmOf = (uuid: string) => ({
  name: `the network of ${uuid} is down`,
  type: 'event',
  severity: 'critical',
  state: 'ok',
  event_rule: {
    event_type: 'port.data_plane_status.update',
    query: [
      { field: 'traits.resource_id', op: 'eq', type: 'string', value: uuid },
      { field: 'traits.data_plane_status', op: 'eq', type: 'string', value: 'DOWN' },
    ],
  },
});
