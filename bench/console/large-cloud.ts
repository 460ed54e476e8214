import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { rosterRow } from '../../adapters/hosts/roster.ts';
import { indexed } from '../../adapters/ports/port-rows.ts';
import { indexedInstance } from '../../adapters/servers/instances.ts';
import { Host } from '../../domain/hosts/host.ts';
import { ListedHost } from '../../domain/hosts/listed-host.ts';
import { Port } from '../../domain/ports/port.ts';
import { Instance } from '../../domain/servers/instance.ts';
import type { Client } from '../../scripts/stack/api.ts';
import type { Stack } from '../../scripts/stack/bring-up.ts';
import { loaderOf } from '../loader.ts';

/** The sizes of the cloud; each server has a port. */
export type CloudSize = {
  readonly hosts: number;
  readonly servers: number;
  readonly alarms: number;
  /** Hosts that are reported down, over the API. */
  readonly down: number;
};

/** A cloud whose rows were written in batches. */
export type LargeCloud = {
  /** A host that is reported down. */
  readonly host: string;
  readonly fault: string;
  readonly alarm: string;
  /** The name of a server. */
  readonly server: string;
  readonly close: () => Promise<void>;
};

const Made = z.object({ port: z.object({ id: z.string() }) });
const Alarm = z.object({ alarm_id: z.string() });
const Faults = z.object({ faults: z.array(z.object({ fault_id: z.string() })) });

/** Creates one of each by the API. The rows of all others are copies of these. */
async function patterns(admin: Client, tenant: Client) {
  const [host, uuid, project_id] = [`bench-${randomUUID()}`, randomUUID(), tenant.projectId];
  await admin.expect('PUT', `/doctor/v1/hosts/${host}`, { body: { zone: 'nova' } });
  await admin.expect('PUT', `/doctor/v1/servers/${uuid}`, {
    body: { name: uuid, host, project_id, vm_state: 'active' },
  });
  const port = { project_id, device_id: uuid, network_id: randomUUID(), 'binding:host_id': host };
  const made = await admin.expect('POST', '/network/v2.0/ports', { body: { port } });
  const alarm = await tenant.expect('POST', '/alarming/v2/alarms', {
    body: {
      name: `${uuid} is off`,
      type: 'event',
      severity: 'critical',
      event_rule: {
        event_type: 'compute.instance.update',
        query: [{ field: 'traits.instance_id', value: uuid }],
      },
    },
  });
  return { host, uuid, port: Made.parse(made.body).port.id, ...Alarm.parse(alarm.body) };
}

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

/** Makes a cloud of a tenant. `close` deletes its rows again. */
export async function makeLargeCloud(
  stack: Stack,
  { admin, tenant }: { readonly admin: Client; readonly tenant: Client },
  size: CloudSize,
): Promise<LargeCloud> {
  const [hosts, roster, instances, ports, alarms] = await Promise.all([
    loaderOf(stack, 'Hosts', ['host']),
    loaderOf(stack, 'Roster', ['shard', 'host']),
    loaderOf(stack, 'Instances', ['uuid']),
    loaderOf(stack, 'Ports', ['id']),
    loaderOf(stack, 'Alarms', ['alarm_id', 'kind']),
  ]);
  const like = await patterns(admin, tenant);
  const one = async (loader: typeof hosts, key: string) => (await loader.rows(key))[0] ?? {};
  const [hostRow, serverRow, portRow] = await Promise.all([
    one(hosts, like.host),
    one(instances, like.uuid),
    one(ports, like.port),
  ]);
  const [host, server, port] = [
    Host.parse(hostRow),
    Instance.parse(serverRow),
    Port.parse(portRow),
  ];
  const names = numbers(size.hosts).map((n) => `bench-compute-${n + 1}`);
  const made = names.map((name): Host => ({ ...host, host: name, service_id: randomUUID() }));
  await hosts.put(made.map((each) => ({ ...hostRow, ...each })));
  await roster.put(made.map((each) => rosterRow(ListedHost.parse(each))));
  const servers = numbers(size.servers).map((n): Instance => {
    const on = names[n % names.length] ?? '';
    return { ...server, uuid: randomUUID(), name: `bench-server-${n + 1}`, host: on };
  });
  await instances.put(servers.map(indexedInstance));
  await ports.put(
    servers.map(({ uuid, host: on }, n) => {
      const mac = `fa:16:3e:${[16, 8, 0].map((bits) => ((n >> bits) & 255).toString(16).padStart(2, '0')).join(':')}`;
      const its = { id: randomUUID(), device_id: uuid, mac_address: mac };
      return indexed({ ...port, ...its, 'binding:host_id': on ?? '' });
    }),
  );
  await alarms.load(
    await alarms.rows(like.alarm_id),
    servers.slice(0, size.alarms).map(({ uuid }) => ({
      [like.alarm_id]: randomUUID(),
      [like.uuid]: uuid,
    })),
  );
  const force = (name: string, forced_down: boolean) =>
    admin.expect('PUT', '/compute/v2.1/os-services/force-down', {
      headers: { 'X-OpenStack-Nova-API-Version': '2.11' },
      body: { host: name, binary: 'nova-compute', forced_down },
    });
  const down = names.slice(0, size.down);
  for (const name of down) await force(name, true);
  const [first = ''] = names;
  const { body } = await admin.expect('GET', `/doctor/v1/faults?host=${first}`);
  return {
    host: first,
    fault: Faults.parse(body).faults[0]?.fault_id ?? '',
    alarm: like.alarm_id,
    server: servers[0]?.name ?? '',
    close: async () => {
      for (const name of down) await force(name, false);
      for (const loader of [hosts, roster, instances, ports, alarms]) await loader.unload();
      await tenant.call('DELETE', `/alarming/v2/alarms/${like.alarm_id}`);
      await admin.call('DELETE', `/network/v2.0/ports/${like.port}`);
    },
  };
}
