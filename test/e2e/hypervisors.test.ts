import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { subscribeToEvents } from '../stack/stack.ts';
import {
  at,
  type Cloud,
  expectStatus,
  forceDown,
  logins,
  newHost,
  newInstance,
  newName,
  serverOf,
  serviceOf,
  updateService,
} from './cloud.ts';
import { refusals } from './dialects.ts';
import { inboxOf } from './inbox.ts';

let cloud: Cloud;
let host: string;
let server: string;
const name = newName('vnf');

beforeAll(async () => {
  cloud = await logins();
  host = await newHost(cloud.admin);
  server = await newInstance(cloud.admin, { project_id: cloud.a.projectId, host, name });
});

const List = z.object({ hypervisors: z.array(z.looseObject({ id: z.string() })) });
const root = '/compute/v2.1/os-hypervisors';
const get = (path: string, version = '2.94', client = cloud.admin) =>
  client.call('GET', path, { headers: at(version) });

test('a host is shown as a hypervisor, is found by a part of its name, and has its servers', async () => {
  const found = await get(
    `${root}/detail?hypervisor_hostname_pattern=${host.slice(1)}&with_servers=True`,
  );
  expectStatus(found, 200);
  const [hypervisor] = List.parse(found.body).hypervisors;
  expect(hypervisor).toMatchObject({
    ...{ hypervisor_hostname: host, state: 'up', status: 'enabled', uptime: null },
    ...{ service: { host, disabled_reason: null }, servers: [{ name, uuid: server }] },
  });
  const shown = await get(`${root}/${hypervisor?.id}`);
  expectStatus(shown, 200);
  const { servers: _, ...alone } = Object(hypervisor);
  expect(shown.body).toEqual({ hypervisor: alone });
});

test('before 2.53 servers are found by the path', async () => {
  const found = await get(`${root}/${host}/servers`, '2.52');
  expectStatus(found, 200);
  expect(found.body).toMatchObject({
    hypervisors: [{ id: expect.any(Number), servers: [{ name, uuid: server }] }],
  });
  expectStatus(await get(`${root}/${host}/servers`, '2.53'), 404);
  expectStatus(await get(`${root}/${newName('none')}/search`, '2.52'), 404);
});

test('a page links to the next one', async () => {
  await newHost(cloud.admin);
  const page = await get(`${root}?limit=1`);
  expectStatus(page, 200);
  const href = z.url().parse(Object(page.body).hypervisors_links[0].href);
  const next = await fetch(href, {
    headers: { ...at('2.94'), 'X-Auth-Token': cloud.admin.token },
  });
  expect(next.status).toBe(200);
  expect(List.parse(await next.json()).hypervisors).toHaveLength(1);
});

test('tenants see no hypervisor and no aggregate', async () => {
  for (const path of [
    root,
    `${root}/detail`,
    `${root}/${randomUUID()}`,
    '/compute/v2.1/os-aggregates',
  ]) {
    const answer = await get(path, '2.94', cloud.a);
    expectStatus(answer, 403);
    expect(answer.body).toEqual(refusals.compute(403));
  }
  const { body } = await cloud.admin.expect('GET', '/compute/v2.1/os-aggregates');
  expect(body).toEqual({ aggregates: [] });
});

describe('a host with a heartbeat', () => {
  let beating: string;
  const beat = () =>
    cloud.admin.call('POST', `/doctor/v1/hosts/${beating}/heartbeat`, { body: {} });
  const shown = async () =>
    Object((await cloud.admin.expect('GET', `/doctor/v1/hosts/${beating}`)).body).host;

  beforeAll(async () => {
    beating = newName('cmp');
    const body = { heartbeat: true };
    await cloud.admin.expect('PUT', `/doctor/v1/hosts/${beating}`, { body });
  });

  test('has its heartbeat recorded without a new revision', async () => {
    const before = await shown();
    expect(before).toMatchObject({ state: 'up', last_seen_up: null, maintenance: false });
    expectStatus(await beat(), 204);
    const after = await shown();
    expect(after).toEqual({ ...before, last_seen_up: expect.any(String) });
    const { updated_at } = await serviceOf(cloud.admin, beating);
    expect(`${updated_at}`.slice(0, 23)).toBe(after.last_seen_up.slice(0, 23));
  });

  test('has its heartbeat recorded with those of other hosts', async () => {
    const [before, unknown] = [await shown(), newName('none')];
    const heartbeats = [beating, beating.toUpperCase(), unknown];
    const { body } = await cloud.admin.expect('POST', '/doctor/v1/heartbeats', {
      body: { heartbeats },
    });
    expect(body).toMatchObject({ unknown: [unknown] });
    expect((await shown()).last_seen_up > before.last_seen_up).toBe(true);
  });

  test('has an audit event when it is changed between heartbeats', async () => {
    const audit = inboxOf(await subscribeToEvents({ event_type: ['service.update'] }));
    const { id } = await serviceOf(cloud.admin, beating);
    for (const status of ['disabled', 'enabled']) {
      expectStatus(await beat(), 204);
      expectStatus(await updateService(cloud.admin, id, { status }), 200);
      expectStatus(await beat(), 204);
      await audit.untilSome(({ body }) => {
        const text = JSON.stringify(body);
        return text.includes(beating) && text.includes(`"${status}"`);
      });
    }
    await audit.close();
  });

  test('is down after a report, also if it sends heartbeats, and up again after another report', async () => {
    const id = await newInstance(cloud.admin, { project_id: cloud.a.projectId, host: beating });
    expectStatus(await forceDown(cloud.admin, beating), 200);
    expectStatus(await beat(), 204);
    expect(await shown()).toMatchObject({ state: 'down', forced_down: true });
    expect(await serverOf(cloud.admin, id)).toMatchObject({ host_status: 'DOWN' });
    expectStatus(await forceDown(cloud.admin, beating, false), 200);
    expect(await shown()).toMatchObject({ state: 'up', forced_down: false });
  });

  test('may send a heartbeat during a report, and neither is lost', async () => {
    const before = await shown();
    const answers = await Promise.all([
      ...Array.from({ length: 5 }, beat),
      forceDown(cloud.admin, beating),
      ...Array.from({ length: 5 }, beat),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(10).fill(204)]);
    const after = await shown();
    expect(after).toMatchObject({ state: 'down', revision: before.revision + 1 });
    expect(after.last_seen_up > before.last_seen_up).toBe(true);
  });

  test('is not found by an unknown name', async () => {
    const path = `/doctor/v1/hosts/${newName('none')}/heartbeat`;
    expectStatus(await cloud.admin.call('POST', path, { body: {} }), 404);
    expectStatus(await cloud.a.call('POST', path, { body: {} }), 403);
  });
});
