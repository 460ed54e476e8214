/** Reads of the cloud's lists, against the stand-in that answers as Nova and Neutron do. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cloudInventory } from '../../../adapters/cloud/cloud-inventory.ts';
import { readCloudSecret } from '../../../adapters/cloud/cloud-secret.ts';
import { makeCloudSession } from '../../../adapters/cloud/session.ts';
import type { CloudReader } from '../../../flows/cloud-reader.ts';
import { cloudListings, portId, portItem, serverId, serverItem } from '../../cloud/listings.ts';
import { type StandIn, standIn } from '../../cloud/stand-in.ts';

let cloud: StandIn;
let lists: ReturnType<typeof cloudListings>;
let reader: CloudReader;
const read_at = '2026-02-01T00:00:00.000Z';

const limit = 500;
beforeEach(async () => {
  cloud = await standIn();
  lists = cloudListings(cloud, ['compute-1', 'compute-2']);
  const secret = async () => readCloudSecret(JSON.stringify(cloud.secret));
  reader = cloudInventory(makeCloudSession({ secret, firstPauseMs: 1 }), () => read_at);
});
afterEach(() => cloud.stop());

/** All pages of servers, as lists of their numbers. */
async function serverPages(): Promise<string[][]> {
  const pages: string[][] = [];
  let marker: string | null = null;
  do {
    const page: Awaited<ReturnType<CloudReader['serverPage']>> = await reader.serverPage({
      marker,
      limit,
    });
    if (page === 'lost') throw new Error('the marker is lost');
    pages.push(page.items.map(({ uuid }) => uuid));
    marker = page.next;
  } while (marker !== null);
  return pages;
}

test('services and hypervisors, with what a host has', async () => {
  expect(await reader.services()).toEqual([
    { host: 'compute-1', zone: 'az-1', forced_down: false },
    { host: 'compute-2', zone: 'az-1', forced_down: false },
  ]);
  expect((await reader.hypervisors())[0]).toEqual({
    ...{ host: 'compute-1', hypervisor_type: 'QEMU', hypervisor_version: 8002002 },
    ...{ host_ip: '192.0.2.1', vcpus: 32, memory_mb: 131072, local_gb: 1800 },
  });
});

test('a server with its facts and its time of change, read with its own microversion', async () => {
  lists.servers.set(serverId(1), serverItem(1, 'compute-1', { image: '', host_status: 'DOWN' }));
  const page = await reader.serverPage({ marker: null, limit });
  expect(page).toMatchObject({
    items: [
      {
        uuid: serverId(1),
        facts: {
          host: 'compute-1',
          vm_state: 'active',
          image_id: '',
          created_at: '2026-01-01T00:00:01.000Z',
        },
        host_up: false,
        changed_at: '2026-01-01T00:00:01.999Z',
        read_at,
      },
    ],
    ...{ ended: [], unreadable: [], next: null },
  });
  const last = cloud.requests.at(-1);
  expect(last?.headers['openstack-api-version']).toBe('compute 2.53');
  expect(last?.query.get('all_tenants')).toBe('1');
});

test('pages end with the link; a full last page is followed by an empty one', async () => {
  lists.fill(1000);
  const pages = await serverPages();
  expect(pages.map(({ length }) => length)).toEqual([500, 500, 0]);
  expect(new Set(pages.flat()).size).toBe(1000);
});

test('a marker that was deleted since is lost, for servers and for ports', async () => {
  lists.fill(2, 1);
  expect(await reader.serverPage({ marker: serverId(9), limit })).toBe('lost');
  expect(await reader.portPage({ marker: portId(9), limit })).toBe('lost');
});

test('a page of ports goes on at `next`, and a link `previous` is none', async () => {
  lists.fill(600, 1);
  const first = await reader.portPage({ marker: null, limit });
  if (first === 'lost') throw new Error('the marker is lost');
  expect([first.items.length, first.next]).toEqual([500, portId(500)]);
  const second = await reader.portPage({ marker: first.next, limit });
  expect(second).toMatchObject({ next: null });
  expect(first.items[0]).toMatchObject({ revision: 3, changed_at: '2026-01-01T00:00:01.999Z' });
});

test('a page has the requested length', async () => {
  lists.fill(60, 1);
  expect(await reader.serverPage({ marker: null, limit: 25 })).toMatchObject({
    next: serverId(36),
  });
  expect(await reader.portPage({ marker: null, limit: 25 })).toMatchObject({ next: portId(25) });
});

test('a cloud that always gives the same page is an error, and the walk does not go on for ever', async () => {
  // Nova behind a proxy that leaves the marker out.
  const body = {
    ...{ servers: [{ id: serverId(9) }], servers_links: [{ rel: 'next', href: 'x' }] },
    ...{ hypervisors: [{ id: 7 }], hypervisors_links: [{ rel: 'next', href: 'x' }] },
  };
  const odd = cloudInventory({ request: async ({ schema }) => schema.parse(body) }, () => read_at);
  const again = { kind: 'unreadable', message: expect.stringMatching(/ends with \S+ again$/) };
  const next = { marker: serverId(9), limit };
  expect(await odd.serverPage({ marker: null, limit })).toMatchObject({ next: next.marker });
  await expect(odd.serverPage(next)).rejects.toMatchObject(again);
  await expect(odd.hypervisors()).rejects.toMatchObject(again);
});

test('changes show deleted servers as ended', async () => {
  lists.fill(2);
  lists.deleteServer(serverId(2), '2026-01-05T00:00:00Z');
  const page = await reader.serverPage({ marker: null, limit, since: '2026-01-04T00:00:00.000Z' });
  expect(page).toMatchObject({
    items: [],
    ended: [{ uuid: serverId(2), facts: { vm_state: 'deleted' } }],
  });
});

test('an item that cannot be taken over is named with its reason, and the rest of the page is read', async () => {
  lists.fill(2, 1);
  lists.servers.set(serverId(1), serverItem(1, 'compute-1', { 'OS-EXT-STS:vm_state': 'odd' }));
  const port = lists.ports.get(portId(1));
  if (port) port.revision_number = 'x';
  const servers = await reader.serverPage({ marker: null, limit });
  expect(servers).toMatchObject({
    items: [{ uuid: serverId(2) }],
    unreadable: [{ id: serverId(1), reason: expect.stringMatching(/^vm_state: /) }],
  });
  expect(await reader.portPage({ marker: null, limit })).toMatchObject({
    items: [{ id: portId(2) }],
    unreadable: [{ id: portId(1), reason: expect.stringMatching(/^revision_number: /) }],
  });
});

test('a server or a port exists or does not; an outage says neither', async () => {
  lists.fill(1, 1);
  expect(await reader.hasServer(serverId(1))).toBe(true);
  expect(await reader.hasServer(serverId(2))).toBe(false);
  expect(await reader.hasPort(portId(1))).toBe(true);
  expect(await reader.hasPort(portId(2))).toBe(false);
  cloud.disturb({ path: /servers/, times: 9, how: 'refuse', status: 503 });
  await expect(reader.hasServer(serverId(2))).rejects.toThrow();
  await expect(reader.macsOfServer(serverId(1))).rejects.toThrow();
});

test('the MAC addresses of a server are those of its ports; a server that is gone has none', async () => {
  lists.fill(1, 2);
  const macs = [1, 2].map((n) => lists.ports.get(portId(n))?.mac_address);
  expect([...(await reader.macsOfServer(serverId(1)))]).toEqual(macs);
  expect((await reader.macsOfServer(serverId(2))).size).toBe(0);
});

test('ports without a host that administrators see leave the rows as they are: the service user lacks a right', async () => {
  lists.fill(1, 1);
  const { 'binding:host_id': _, ...shown } = portItem(1, serverId(1), 'compute-1');
  lists.ports.set(portId(1), { ...shown, id: portId(1) });
  expect(await reader.portPage({ marker: null, limit })).toMatchObject({
    items: [],
    unreadable: [{ id: portId(1), reason: expect.stringMatching(/needs the role admin/) }],
  });
});
