import { beforeEach, expect, test } from 'vitest';
import * as z from 'zod';
import { downHost, hostWith, id, instanceWith, minute } from '../../domain/rows.ts';
import { type World, worldOf } from '../../flows/world.ts';
import type { Call } from '../call.ts';
import { doctorOf } from './surface.ts';

let world: World;
beforeEach(() => {
  world = worldOf({ hosts: [hostWith()], instances: [instanceWith()] });
});

const ask = (method: string, path: string, given: Partial<Call> = {}, as?: string) =>
  doctorOf(world).ask(method, path, given, as);
const put = (path: string, body: unknown, as?: string) => ask('PUT', path, { body }, as);
const least = { name: 'vm', project_id: 'a', host: 'compute-1', vm_state: 'active' };

test('a host is registered with its known facts; the others are 0 and never invented', async () => {
  const answer = await put('hosts/compute-9', { zone: 'az2', vcpus: 8 });
  expect(answer).toMatchObject({
    status: 201,
    body: {
      host: {
        ...{ host: 'compute-9', zone: 'az2', vcpus: 8, memory_mb: 0, state: 'up' },
        ...{ status: 'enabled', forced_down: false, heartbeat: false },
        maintenance: false,
      },
    },
  });
  expect(await put('hosts/compute-9', { zone: 'az2', vcpus: 8 })).toMatchObject({ status: 200 });
});

test('a host is shown; an unknown one is not found', async () => {
  world.hosts.set('compute-1', downHost());
  expect(await ask('GET', 'hosts/compute-1')).toMatchObject({
    body: { host: { state: 'down', last_fault_at: minute(10) } },
  });
  expect((await ask('GET', 'hosts/unknown')).status).toBe(404);
});

test('an instance needs a name, a project, a host and a state; the rest follows from them', async () => {
  const answer = await put(`servers/${id(40)}`, least);
  expect(answer).toMatchObject({
    status: 201,
    body: {
      server: {
        ...{ id: id(40), vm_state: 'active', power_state: 1, task_state: null, user_id: '' },
        ...{ created: minute(20), launched_at: minute(20), image_id: '', metadata: {} },
      },
    },
  });
  expect(await put(`servers/${id(40)}`, least)).toMatchObject({ status: 200 });
});

test.each([
  ['active', 1],
  ['building', 0],
  ['paused', 3],
  ['suspended', 7],
  ['stopped', 4],
  ['rescued', 1],
  ['error', 0],
])('an instance that is %s has the power that goes with it', async (vm_state, power_state) => {
  const { body } = await put(`servers/${id(40)}`, { ...least, vm_state });
  expect(body).toMatchObject({ server: { power_state } });
});

test('power is reported by number or by name', async () => {
  for (const power_state of [6, 'crashed']) {
    const { body } = await put(`servers/${id(40)}`, { ...least, power_state });
    expect(body).toMatchObject({ server: { power_state: 6 } });
  }
});

test('times with a zone are kept as the moments that they are', async () => {
  const times = { created: '2026-01-01T02:00:00+02:00', launched_at: null };
  const { body } = await put(`servers/${id(40)}`, { ...least, ...times });
  expect(body).toMatchObject({ server: { created: minute(0), launched_at: null } });
});

test('times that a registration leaves out stay unchanged', async () => {
  const { body } = await put(`servers/${id(10)}`, least);
  expect(body).toMatchObject({ server: { created: minute(0), launched_at: minute(0) } });
});

test.each(['servers', 'hosts'])(
  'a late feed is answered, with a header that says so, and changes nothing: %s',
  async (kind) => {
    const late = { reported_at: '2025-01-01T00:00:00Z' };
    const answer =
      kind === 'hosts'
        ? await put('hosts/compute-1', { vcpus: 1, ...late })
        : await put(`servers/${id(10)}`, { ...least, vm_state: 'error', ...late });
    expect(answer).toMatchObject({ status: 200, headers: { 'X-Doctor-Stale': 'true' } });
    expect(world.writes).toEqual([]);
  },
);

test('a feed may be a minute ahead, no more', async () => {
  const reportAt = (reported_at: string) => put('hosts/compute-1', { reported_at });
  expect((await reportAt(minute(21))).status).toBe(200);
  expect((await reportAt(minute(22))).status).toBe(400);
});

const keys = Array.from({ length: 3_000 }, (_, n) => [`k${n}`, 'v'.repeat(200)]);
test.each([
  [{ ...least, host: 'unknown' }, /unknown/],
  [{ ...least, vm_state: 'flying' }, /vm_state/],
  [{ ...least, power_state: 2 }, /power_state/],
  [{ ...least, power_state: 'on' }, /power_state/],
  [{ ...least, created: 'yesterday' }, /created/],
  [{ ...least, created: '9999-12-31T23:59:00-01:00' }, /created/],
  [{ ...least, more: 1 }, /more/],
  [{ ...least, flavor: { vcpus: -1 } }, /vcpus/],
  [{ ...least, metadata: Object.fromEntries(keys) }, /metadata|large/],
  [{ ...least, flavor: { extra_specs: Object.fromEntries(keys) } }, /extra_specs|large/],
  [{ ...least, project_id: '' }, /project_id/],
  [{}, /name/],
])('an instance that cannot be is refused, with the reason: %#', async (body, reason) => {
  const answer = await put(`servers/${id(40)}`, body);
  expect(answer.status).toBe(400);
  const { error } = z.object({ error: z.object({ message: z.string() }) }).parse(answer.body);
  expect(error.message).toMatch(reason);
  expect(world.writes).toEqual([]);
});

test.each(['GET', 'PUT', 'DELETE'])(
  '%s of a server that has no uuid is refused',
  async (method) => {
    const body = method === 'PUT' ? { body: least } : {};
    expect((await ask(method, 'servers/vm-1', body)).status).toBe(400);
  },
);

test('a server is shown in the state after the fault, without Doctor’s internal fields', async () => {
  world.hosts.set('compute-1', downHost());
  const { body } = await ask('GET', `servers/${id(10)}`);
  expect(body).toMatchObject({ server: { vm_state: 'stopped', host: 'compute-1' } });
  expect(body).not.toHaveProperty('server.incarnation');
});

test('a deleted server is gone, and a late feed does not delete it again', async () => {
  const late = { query: { reported_at: ['2025-01-01T00:00:00Z'] } };
  expect(await ask('DELETE', `servers/${id(10)}`, late)).toMatchObject({
    ...{ status: 204, headers: { 'X-Doctor-Stale': 'true' } },
  });
  expect((await ask('GET', `servers/${id(10)}`)).status).toBe(200);
  expect(await ask('DELETE', `servers/${id(10)}`)).toMatchObject({ status: 204, body: undefined });
  expect((await ask('GET', `servers/${id(10)}`)).status).toBe(404);
  expect((await ask('DELETE', `servers/${id(10)}`)).status).toBe(404);
});

test.each(['member', 'reader'])('a %s may register and see nothing', async (as) => {
  const answers = [
    put('hosts/compute-1', {}, as),
    put(`servers/${id(10)}`, least, as),
    ask('GET', 'hosts/compute-1', {}, as),
    ask('GET', `servers/${id(10)}`, {}, as),
    ask('DELETE', `servers/${id(10)}`, {}, as),
  ];
  for (const { status } of await Promise.all(answers)) expect(status).toBe(403);
  expect(world.writes).toEqual([]);
});
