import { expect, test } from 'vitest';
import type { HostRange } from '../../../domain/hosts/listed-host.ts';
import { downHost, hostWith, minute } from '../../domain/rows.ts';
import { worldOf } from '../../flows/world.ts';
import { doctorOf } from './surface.ts';

const hosts = [
  hostWith({ host: 'a', maintenance: true }),
  hostWith({ ...downHost(), host: 'b' }),
  hostWith({ host: 'c', heartbeat: true, last_seen_up: minute(1) }),
  hostWith({ host: 'd', status: 'disabled' }),
  hostWith({ host: 'e' }),
];
const hostsIn = async ({ after = '', most }: HostRange) =>
  hosts.filter(({ host }) => host > after).slice(0, most);

const list = (query: Record<string, string[]> = {}, as = 'admin') =>
  doctorOf(worldOf(), { hostsIn }).ask('GET', 'hosts', { query }, as);

test('hosts are listed by name, each in the first state that fits', async () => {
  const { status, body } = await list();
  expect(status).toBe(200);
  expect(body).toEqual({
    hosts: [
      expect.objectContaining({ host: 'a', state: 'maintenance', maintenance: true }),
      expect.objectContaining({ host: 'b', state: 'down', forced_down: true }),
      expect.objectContaining({ host: 'c', state: 'silent' }),
      expect.objectContaining({ host: 'd', state: 'disabled', status: 'disabled' }),
      expect.objectContaining({ host: 'e', state: 'up' }),
    ],
  });
});

test('a full page has a link to the next, and the last has none', async () => {
  const first = await list({ limit: ['3'] });
  expect(first.body).toMatchObject({
    hosts: [{ host: 'a' }, { host: 'b' }, { host: 'c' }],
    next: expect.stringMatching(/\/v1\/hosts\?limit=3&marker=c$/),
  });
  const last = await list({ limit: ['3'], marker: ['c'] });
  expect(last.body).toEqual({
    hosts: [expect.objectContaining({ host: 'd' }), expect.objectContaining({ host: 'e' })],
  });
});

test.each([
  [{ limit: ['many'] }, 'limit'],
  [{ limit: ['-1'] }, 'limit'],
  [{ marker: [''] }, 'marker'],
  [{ zone: ['a'] }, 'zone'],
])('the query %o is refused with the name of its field', async (query, field) => {
  const { status, body } = await list(query);
  expect(status).toBe(400);
  expect(JSON.stringify(body)).toContain(field);
});

test.each(['member', 'reader'])('a %s sees no hosts', async (role) => {
  expect((await list({}, role)).status).toBe(403);
});
