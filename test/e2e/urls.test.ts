/**
 * Clients find a service's version in its URL: gophercloud cuts the path at the first `v` that a
 * digit or dot follows, and tempest replaces the first `/vN`. So the part of the URL before it must
 * contain nothing like it.
 */
import { beforeAll, expect, test } from 'vitest';
import { request } from '../../scripts/stack/api.ts';
import { apiUrl } from '../stack/stack.ts';
import { at, type Cloud, eventAlarm, logins, newHost, newInstance, newName } from './cloud.ts';

let cloud: Cloud;

beforeAll(async () => {
  cloud = await logins();
});

/** Every URL of the stack in a text. */
const urlsIn = (text: string): string[] => text.match(/http:\/\/localhost:[^"]+/g) ?? [];

/** Gets a path as the administrator; all URLs of the answer, in headers and body. */
async function urlsAt(path: string, headers: Record<string, string> = {}): Promise<string[]> {
  const { admin } = cloud;
  const { body, headers: answered } = await admin.expect('GET', path, { headers });
  return urlsIn(JSON.stringify([body, ...answered]));
}

/** The version that a surface has at the start of its path. */
const versions = [
  ...['identity/v3', 'compute/v2.1', 'network/v2.0', 'alarming/v2', 'doctor/v1'],
  'instance-ha/v1',
];

/** The part of a URL between the API's root and the first text that looks like a version. */
function ofItsOwn(url: string): boolean {
  const { pathname } = new URL(url);
  const root = new URL(apiUrl()).pathname;
  const like = pathname.search(/v[0-9.]/);
  if (like < 0) return true;
  return versions.some((version) => {
    const start = `${root}/${version}`;
    return like === start.lastIndexOf('/') + 1 && `${pathname}/`.startsWith(`${start}/`);
  });
}

test('every URL of the catalogue and of the version documents leads to its service', async () => {
  const catalogue = await urlsAt('/identity/v3/auth/tokens', {
    'x-subject-token': cloud.admin.token,
  });
  expect(new Set(catalogue).size).toBeGreaterThanOrEqual(5);
  const documents = [
    ...['/identity/v3', '/compute', '/compute/v2.1', '/network', '/network/v2.0'],
    ...['/alarming', '/doctor', '/doctor/v1', '/instance-ha', '/instance-ha/v1'],
  ];
  const linked = (await Promise.all(documents.map((path) => urlsAt(path)))).flat();
  expect(linked.length).toBeGreaterThanOrEqual(documents.length);
  expect([...catalogue, ...linked].filter((url) => !ofItsOwn(url))).toEqual([]);
});

test('so does every link to a thing, and to the next page', async () => {
  const { admin, a } = cloud;
  const [host] = [await newHost(admin), await newHost(admin)];
  const name = newName('linked');
  for (let n = 0; n < 2; n += 1) await newInstance(admin, { project_id: a.projectId, host, name });
  const networks = await admin.expect('POST', '/network/v2.0/networks', { body: { network: {} } });
  const { network } = Object(networks.body);
  const ports = [];
  for (let n = 0; n < 2; n += 1) {
    const port = { network_id: network.id };
    ports.push(
      Object((await admin.expect('POST', '/network/v2.0/ports', { body: { port } })).body),
    );
  }
  const alarm = await a.expect('POST', '/alarming/v2/alarms', { body: eventAlarm([]) });
  const created = urlsIn(JSON.stringify([...alarm.headers]));
  const found = await Promise.all([
    urlsAt(`/compute/v2.1/servers?all_tenants=1&name=${name}&limit=1`),
    urlsAt(`/compute/v2.1/servers/detail?all_tenants=1&name=${name}&limit=1`, at('2.94')),
    urlsAt('/compute/v2.1/os-hypervisors?limit=1', at('2.53')),
    urlsAt('/network/v2.0/ports?limit=1'),
  ]);
  expect(found.map((urls) => urls.length > 0)).toEqual([true, true, true, true]);
  const all = [...created, ...found.flat()];
  expect(created).toHaveLength(1);
  expect(all.filter((url) => !ofItsOwn(url))).toEqual([]);
  for (const url of all) {
    expect((await request(url, 'GET', { headers: { 'x-auth-token': admin.token } })).status).toBe(
      200,
    );
  }
  for (const { port } of ports) await admin.expect('DELETE', `/network/v2.0/ports/${port.id}`);
  await admin.expect('DELETE', `/network/v2.0/networks/${network.id}`);
  await a.expect('DELETE', `/alarming/v2/alarms/${Object(alarm.body).alarm_id}`);
});
