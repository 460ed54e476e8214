/** Registers the hosts, servers and ports of the cloud in Doctor, as they are now. */
import type { Client } from '../stack/stack.ts';
import type { CloudView } from './nova.ts';

export async function mirror(cloud: CloudView, doctor: Client): Promise<void> {
  for (const { host } of await cloud.services()) {
    await doctor.expect('PUT', `/doctor/v1/hosts/${host}`, { body: { zone: 'nova' } });
  }
  for (const {
    id,
    name,
    tenant_id,
    user_id,
    host,
    vm_state,
    launched_at,
  } of await cloud.servers()) {
    const body = { name, project_id: tenant_id, user_id, host, vm_state, launched_at };
    await doctor.expect('PUT', `/doctor/v1/servers/${id}`, { body });
  }
  for (const port of await cloud.ports()) {
    if (port['binding:host_id'] === '') continue;
    const { id, network_id, project_id, device_id, device_owner, mac_address } = port;
    const row = {
      ...{ id, network_id, project_id, device_id, device_owner, mac_address },
      'binding:host_id': port['binding:host_id'],
    };
    const known = await doctor.call('GET', `/network/v2.0/ports/${id}`);
    if (known.status === 404) {
      await doctor.expect('POST', '/network/v2.0/ports', { body: { port: row } });
    }
  }
}
