/** Reads hosts, and changes them by the same routes as the command line `openstack`. */
import { byName, type ListedHost } from '../live/hosts-now.ts';
import { ask, call } from './client.ts';
import { microversion } from './openstack.ts';

/** The largest number of hosts that the page shows. */
const mostHosts = 20_000;

/** All hosts, by name. */
export async function listHosts(signal?: AbortSignal): Promise<ListedHost[]> {
  const hosts: ListedHost[] = [];
  let marker: string | undefined;
  do {
    const query = { limit: 1_000, marker };
    const page = await ask('GET /doctor/v1/hosts', { query, ...(signal && { signal }) });
    hosts.push(...page.hosts);
    marker = page.next === undefined ? undefined : hosts.at(-1)?.host;
  } while (marker !== undefined && hosts.length < mostHosts);
  return hosts.sort(byName);
}

const force = (host: string, forced_down: boolean) =>
  call('PUT', '/compute/v2.1/os-services/force-down', {
    microversion: '2.11',
    body: { host, binary: 'nova-compute', forced_down },
  });

/** Reports that the host failed. */
export const reportDown = (host: string) => force(host, true);

/** Reports that the host is up again. */
export const clearFault = (host: string) => force(host, false);

/** Reports that the ports of the host forward nothing (`DOWN`), or that they forward again (`ACTIVE`). */
export const reportDataPlane = (host: string, data_plane_status: 'ACTIVE' | 'DOWN') =>
  ask('PUT /doctor/v1/hosts/{host}/data-plane-status', {
    params: { host },
    body: { data_plane_status },
  });

export const setMaintenance = (host: string, enable: boolean) =>
  call('PUT', `/compute/v2.1/os-hosts/${encodeURIComponent(host)}`, {
    body: { maintenance_mode: enable ? 'enable' : 'disable' },
  });

/** Evacuates one server, to a host that Doctor chooses. */
export const evacuate = (server: string) =>
  call('POST', `/compute/v2.1/servers/${server}/action`, { microversion, body: { evacuate: {} } });
