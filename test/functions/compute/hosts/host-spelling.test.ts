/** Names of hosts that differ in case alone are one host. Decision: docs/adr/0025. */
import { beforeEach, describe, expect, test } from 'vitest';
import { registerHost } from '../../../../flows/register-host.ts';
import { registerInstance } from '../../../../flows/register-instance.ts';
import { hostWith, id, instanceWith, minute } from '../../../domain/rows.ts';
import { type World, worldOf } from '../../../flows/world.ts';
import { type Asked, computeOf, projectA } from '../surface.ts';

let world: World;
let ask: ReturnType<typeof computeOf>;
beforeEach(() => {
  world = worldOf({
    hosts: [
      hostWith({ host: 'Compute-1' }),
      hostWith({ host: 'compute-2', service_id: id(22), service_number: 2, hypervisor_id: id(23) }),
    ],
    instances: [instanceWith({ project_id: projectA, host: 'Compute-1' })],
  });
  ask = computeOf(world);
});

const spellings = ['Compute-1', 'compute-1', 'COMPUTE-1'];
const row = () => world.hosts.get('Compute-1');
const put = (path: string, body: unknown, given: Asked = {}) =>
  ask(`/v2.1/${path}`, { method: 'PUT', body, ...given });

describe.each(spellings)('by the name %s', (name) => {
  const by = { host: name, binary: 'nova-compute' };

  test('a report finds the host, and answers with its registered spelling', async () => {
    const body = { ...by, forced_down: true };
    const { body: answered } = await put('os-services/force-down', body, { version: '2.11' });
    expect(answered).toEqual({
      service: { host: 'Compute-1', binary: 'nova-compute', forced_down: true },
    });
    expect(row()).toMatchObject({ forced_down: true, fault_number: 1 });
    expect(world.instances.get(id(10))?.vm_state).toBe('stopped');
    expect(world.hosts.size).toBe(2);
  });

  test('a report by os-hosts finds the host too', async () => {
    const { body } = await put(`os-hosts/${name}`, { host: { host_down_reported: true } });
    expect(body).toMatchObject({ host: { host: 'Compute-1', host_down_reported: 'true' } });
    expect(world.instances.get(id(10))?.vm_state).toBe('stopped');
  });

  test('services, servers and hypervisors are found', async () => {
    const query = { host: [name] };
    const services = await ask('/v2.1/os-services', { query });
    expect(services.body).toMatchObject({ services: [{ host: 'Compute-1' }] });
    const servers = await ask('/v2.1/servers', { query: { ...query, all_tenants: ['1'] } });
    expect(servers.body).toMatchObject({ servers: [{ id: id(10) }] });
    const pattern = { hypervisor_hostname_pattern: [name], with_servers: ['true'] };
    const hypervisors = await ask('/v2.1/os-hypervisors', { query: pattern, version: '2.53' });
    expect(hypervisors.body).toMatchObject({
      hypervisors: [{ hypervisor_hostname: 'Compute-1', servers: [{ uuid: id(10) }] }],
    });
  });

  test('a registration is the same host again', async () => {
    const { zone, heartbeat, hypervisor_type, hypervisor_version, host_ip } = hostWith();
    const facts = {
      ...{ zone, heartbeat, hypervisor_type, hypervisor_version, host_ip },
      ...{ vcpus: 1, memory_mb: 1, local_gb: 1 },
    };
    const actor = { user_id: 'feed', request_id: 'req-2', at: minute(20) };
    const done = await registerHost(world.deps, name, { facts, actor, reported_at: undefined });
    expect(done).toMatchObject({ kind: 'changed', row: { host: 'Compute-1', vcpus: 1 } });
    expect(world.hosts.size).toBe(2);
  });

  test('a server is registered on the one host', async () => {
    const { uuid: _, ...facts } = instanceWith({ host: name });
    const actor = { user_id: 'feed', request_id: 'req-2', at: minute(20) };
    const answered = { factsOver: () => facts, actor, reported_at: undefined };
    expect((await registerInstance(world.deps, id(30), answered)).row.host).toBe('Compute-1');
  });

  test('a server is evacuated there, and not to its own host', async () => {
    await put(`os-services/${id(22)}`, { forced_down: true }, { version: '2.53' });
    world.instances.set(id(20), instanceWith({ uuid: id(20), host: 'compute-2' }));
    const evacuate = (uuid: string, host: string) =>
      ask(`/v2.1/servers/${uuid}/action`, {
        ...{ method: 'POST', version: '2.94', body: { evacuate: { host } } },
      });
    expect((await evacuate(id(20), name)).status).toBe(200);
    expect(world.instances.get(id(20))?.host).toBe('Compute-1');
    const query = { source_compute: ['COMPUTE-2'], host: [name] };
    const { body } = await ask('/v2.1/os-migrations', { query });
    expect(body).toMatchObject({
      migrations: [{ source_compute: 'compute-2', dest_compute: 'Compute-1' }],
    });
    expect((await evacuate(id(10), name)).status).toBe(400);
  });
});

test('a host that was deleted keeps the spelling of its first registration', async () => {
  world.hosts.set('Compute-1', hostWith({ host: 'Compute-1', deleted: true, revision: 2 }));
  const { zone, heartbeat, hypervisor_type, hypervisor_version, host_ip } = hostWith();
  const facts = {
    ...{ zone, heartbeat, hypervisor_type, hypervisor_version, host_ip },
    ...{ vcpus: 1, memory_mb: 1, local_gb: 1 },
  };
  const actor = { user_id: 'feed', request_id: 'req-2', at: minute(20) };
  const done = await registerHost(world.deps, 'COMPUTE-1', {
    ...{ facts, actor, reported_at: undefined },
  });
  expect(done).toMatchObject({ kind: 'created', row: { host: 'Compute-1' } });
});
