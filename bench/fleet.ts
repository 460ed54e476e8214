import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { inParallel } from '../adapters/in-parallel.ts';
import type { Client } from '../scripts/stack/api.ts';

/** An instance with the one alarm that its fault fires. */
type Member = { readonly uuid: string; readonly alarm_id: string };

/** A host with instances, each with its own alarm. */
export type Fleet = {
  readonly host: string;
  readonly uuids: readonly string[];
  readonly size: number;
  /** Reports the host down; resolves when the API has answered. */
  readonly reportDown: () => Promise<void>;
  /** Sets the host up again, every instance active and every alarm `ok`. */
  readonly restore: () => Promise<void>;
};

/** Concurrent requests. On the embedded stack each needs a separate Lambda process. */
const width = 4;

const Alarm = z.object({ alarm_id: z.string() });

/** Makes a fleet over the API, as a feed of hosts and a tenant do. */
export async function makeFleet(
  { admin, tenant }: { readonly admin: Client; readonly tenant: Client },
  size: number,
  alarm: (uuid: string) => unknown = alarmOf,
): Promise<Fleet> {
  const host = `bench-${randomUUID().slice(0, 8)}`;
  await admin.expect('PUT', `/doctor/v1/hosts/${host}`, { body: { zone: 'nova' } });

  const activate = (uuid: string) =>
    admin.expect('PUT', `/doctor/v1/servers/${uuid}`, {
      body: { name: uuid, host, project_id: tenant.projectId, vm_state: 'active' },
    });
  const forceDown = (forced_down: boolean) =>
    admin.expect('PUT', '/compute/v2.1/os-services/force-down', {
      headers: { 'X-OpenStack-Nova-API-Version': '2.11' },
      body: { host, binary: 'nova-compute', forced_down },
    });

  const uuids = Array.from({ length: size }, () => randomUUID());
  const members = await inParallel(uuids, width, async (uuid): Promise<Member> => {
    await activate(uuid);
    const { body } = await tenant.expect('POST', '/alarming/v2/alarms', { body: alarm(uuid) });
    return { uuid, ...Alarm.parse(body) };
  });

  return {
    host,
    uuids,
    size,
    reportDown: async () => {
      await forceDown(true);
    },
    restore: async () => {
      await forceDown(false);
      await inParallel(members, width, async ({ uuid, alarm_id }) => {
        await activate(uuid);
        await tenant.expect('PUT', `/alarming/v2/alarms/${alarm_id}/state`, { body: '"ok"' });
      });
    },
  };
}

/** A rule as Aodh's own clients send it. */
const alarmOf = (uuid: string) => ({
  name: `${uuid} is off`,
  type: 'event',
  severity: 'critical',
  state: 'ok',
  event_rule: {
    event_type: 'compute.instance.update',
    query: [
      { field: 'traits.instance_id', op: 'eq', type: 'string', value: uuid },
      { field: 'traits.state', op: 'eq', type: 'string', value: 'stopped' },
    ],
  },
});
