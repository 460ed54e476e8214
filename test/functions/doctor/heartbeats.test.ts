import { beforeEach, expect, test } from 'vitest';
import { createSurface } from '../../../adapters/http/surface.ts';
import { isSameHost } from '../../../domain/hosts/host-name.ts';
import { unauthenticated } from '../../../domain/identity/identity.ts';
import { type NoteHeartbeatDeps, noteHeartbeat } from '../../../flows/note-heartbeat.ts';
import { noteHeartbeats } from '../../../flows/note-heartbeats.ts';
import { heartbeatRoutes } from '../../../functions/doctor/heartbeats.ts';
import { hostWith, minute } from '../../domain/rows.ts';
import { call, quiet } from '../call.ts';

const known = 'compute-1';
let heartbeats: [string, string][];
let restarts: [string, string][];
let seenUp: NoteHeartbeatDeps['seenUp'];
beforeEach(() => {
  heartbeats = [];
  restarts = [];
  seenUp = async (name, at) => {
    if (name !== known) return 'unknown';
    heartbeats.push([name, at]);
    return 'noted';
  };
});

const hostNamed: NoteHeartbeatDeps['host'] = async (name) =>
  isSameHost(name, known) ? hostWith({ host: known }) : undefined;

const noteRestart: NoteHeartbeatDeps['noteRestart'] = async (name, at) => {
  restarts.push([name, at]);
  return 'noted';
};

let together: [readonly string[], string][];
beforeEach(() => {
  together = [];
});
const seenUpTogether = async (names: readonly string[], at: string) => {
  together.push([names, at]);
  return names.filter((name) => !name.startsWith('many-'));
};

let heard: string[];
beforeEach(() => {
  heard = [];
});
const deps = (): NoteHeartbeatDeps => ({
  ...{ host: hostNamed, seenUp, noteRestart },
  noteHeard: async (name) => {
    heard.push(name);
    return 'noted';
  },
});

const seen = () => [heartbeats, restarts];

const beat = (body: unknown, { host = known, as = 'service' } = {}) =>
  post(`hosts/${host}/heartbeat`, body, as);

const post = (path: string, body: unknown, as = 'service') => {
  const surface = createSurface({
    ...{ dialect: 'doctor', prefix: '/doctor', publicUrl: '', logger: quiet },
    authenticate: async ({ 'x-auth-token': role = '' }) => {
      if (!role) throw unauthenticated();
      return { user_id: role, user_name: role, project_id: 'a', roles: [role] };
    },
    routes: heartbeatRoutes({
      noteHeartbeat: (name, report) => noteHeartbeat(deps(), name, report),
      noteHeartbeats: (names, at) => noteHeartbeats({ ...deps(), seenUpTogether }, names, at),
      now: () => minute(20),
    }),
  });
  const headers = { 'X-Auth-Token': as };
  return call(surface, {
    method: 'POST',
    path: `/doctor/v1/${path}`,
    headers,
    body,
  });
};

test.each([
  [{}, []],
  [{ restarted: true }, [[known, minute(20)]]],
  [{ restarted: false }, []],
  [{ restarted: null }, []],
  [undefined, []],
])('%o notes the time, and a restart if it reports one', async (body, noted) => {
  expect(await beat(body)).toMatchObject({ status: 204, body: undefined });
  expect(heartbeats).toEqual([[known, minute(20)]]);
  expect(restarts).toEqual(noted);
});

test('in another spelling of the name it is recorded for the registered host', async () => {
  expect((await beat({ restarted: true }, { host: 'COMPUTE-1' })).status).toBe(204);
  expect([heartbeats, restarts]).toEqual([[[known, minute(20)]], [[known, minute(20)]]]);
});

test('a restart of a host that is not registered is not recorded', async () => {
  expect((await beat({ restarted: true }, { host: 'unknown' })).status).toBe(404);
  expect(restarts).toEqual([]);
});

const wrong: [string, unknown][] = [
  ['another key', { restarted: true, at: minute(1) }],
  ['a word', { restarted: 'true' }],
  ['a number', { restarted: 1 }],
  ['null', null],
  ['a list', []],
  ['no JSON', '{'],
];
test.each(wrong)('%s is refused', async (_, body) => {
  expect((await beat(body)).status).toBe(400);
  expect(heartbeats).toEqual([]);
});

test.each(['member', 'reader'])('a %s has no heartbeat', async (as) => {
  expect((await beat({}, { as })).status).toBe(403);
  expect(heartbeats).toEqual([]);
});

test.each([
  ['unknown', 404],
  ['%23service-number', 400],
  ['a%20b', 400],
  ['x'.repeat(256), 400],
])('for the host %s it is a %i', async (host, status) => {
  expect((await beat({}, { host })).status).toBe(status);
});

test('while the row is in a report’s transaction, the heartbeat is recorded a little later', async () => {
  const noted = seenUp;
  let busy = 2;
  seenUp = async (name, at) => (busy-- > 0 ? 'overtaken' : noted(name, at));
  expect((await beat({})).status).toBe(204);
  expect(heartbeats).toHaveLength(1);
});

test('heartbeats of many hosts are written together; those that failed are written one by one', async () => {
  const heartbeats = ['many-1', 'COMPUTE-1', 'many-2', 'none', 'many-1'];
  expect(await post('heartbeats', { heartbeats })).toMatchObject({
    status: 200,
    body: {
      heartbeats: [
        { host: 'many-1', outcome: 'noted' },
        { host: 'COMPUTE-1', outcome: 'noted' },
        { host: 'many-2', outcome: 'noted' },
        { host: 'none', outcome: 'unknown' },
      ],
      unknown: ['none'],
    },
  });
  expect(together).toEqual([[['many-1', 'COMPUTE-1', 'many-2', 'none'], minute(20)]]);
  expect(seen()).toEqual([[[known, minute(20)]], []]);
});

test('one heartbeat in a list costs what a single one costs', async () => {
  expect((await post('heartbeats', { heartbeats: [known] })).status).toBe(200);
  expect([together, ...seen()]).toEqual([[], [[known, minute(20)]], []]);
});

const names = (count: number) => Array.from({ length: count }, (_, n) => `many-${n}`);
test.each<[string, unknown, RegExp]>([
  ['101 hosts', { heartbeats: names(101) }, /heartbeats.*100/],
  ['no host', { heartbeats: [] }, /heartbeats/],
  ['no list', { heartbeats: known }, /heartbeats/],
  ['no body', undefined, /body|heartbeats|object/i],
  ['a name that is none', { heartbeats: [known, '#spelling#x'] }, /heartbeats\.1/],
  ['a number', { heartbeats: [7] }, /heartbeats\.0/],
  ['another key', { heartbeats: [known], restarted: true }, /restarted/],
])('%s is refused with the field, and nothing is noted', async (_, body, field) => {
  const answer = await post('heartbeats', body);
  expect(answer.status).toBe(400);
  expect(JSON.stringify(answer.body)).toMatch(field);
  expect([together, ...seen()]).toEqual([[], [], []]);
});

test('a hundred hosts are taken, of a service and an administrator only', async () => {
  const heartbeats = names(100);
  expect((await post('heartbeats', { heartbeats })).status).toBe(200);
  expect((await post('heartbeats', { heartbeats }, 'admin')).status).toBe(200);
  expect((await post('heartbeats', { heartbeats }, 'monitor')).status).toBe(403);
  expect((await post('heartbeats', { heartbeats }, 'member')).status).toBe(403);
  expect(together).toHaveLength(2);
});

test('a host whose missed heartbeats were reported is recorded as sending again, by its registered name', async () => {
  seenUp = async (name) => (name === known ? 'heard again' : 'unknown');
  expect((await beat({}, { host: 'COMPUTE-1' })).status).toBe(204);
  expect((await post('heartbeats', { heartbeats: [known, 'none'] })).body).toMatchObject({
    unknown: ['none'],
  });
  expect(heard).toEqual([known, known]);
});

test('no other heartbeat is recorded in this way', async () => {
  await beat({});
  expect(heard).toEqual([]);
});
