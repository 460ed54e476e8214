import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { progressOf } from '../../cli/progress.ts';
import { runCommandLine } from '../../cli/run.ts';

type Server = {
  name: string;
  host: string | null;
  vm_state: string;
  task_state: string | null;
  launched_at: string | null;
  fault?: { message: string };
};

/** The states of a server's evacuation that Doctor shows, one for each request. */
let moves: Map<string, object[]>;
const atNova = {
  status: 'accepted',
  executor: 'openstack',
  dest: null,
  reason: null,
  progress: null,
};

/** The answers to requests to evacuate a server; the last one is repeated. */
type Answer = 'moves' | 'is accepted' | 'no target' | 'is lost' | 'is gone' | number;

/** A cloud of servers on the host `h`, which is down. */
let servers: Map<string, Server>;
let answers: Map<string, Answer[]>;
let state: string;
let asked: { id: string; body: unknown }[];
let flight: { now: number; most: number };

const server = (given: Partial<Server> = {}): Server => ({
  ...{ name: 'vm', host: 'h', vm_state: 'stopped', task_state: null },
  ...{ launched_at: '2026-01-01T00:00:00.000000', ...given },
});
const shown = (id: string, { name, host, fault, ...states }: Server) => ({
  ...{ id, name, 'OS-EXT-SRV-ATTR:host': host, ...(fault && { fault }) },
  'OS-EXT-STS:vm_state': states.vm_state,
  'OS-EXT-STS:task_state': states.task_state,
  'OS-SRV-USG:launched_at': states.launched_at,
});

/** Applies a request to a server. Returns the status of the answer; undefined for no answer. */
function act(id: string, answer: Answer): number | undefined {
  const row = servers.get(id);
  if (!row || typeof answer === 'number') return typeof answer === 'number' ? answer : 404;
  if (answer === 'is gone') servers.delete(id);
  if (answer === 'is accepted') row.task_state = 'rebuilding';
  if (answer === 'moves' || answer === 'is lost') row.host = 'other';
  if (answer === 'no target') {
    Object.assign(row, { vm_state: 'error', fault: { message: 'No valid host was found.' } });
  }
  return answer === 'is lost' ? undefined : answer === 'is gone' ? 404 : 200;
}

const pageSize = 100;
const cloud = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '', url);
  const reply = (status: number, body: unknown = undefined) => {
    response.writeHead(status, { 'X-Subject-Token': 't', 'Retry-After': '0' });
    const refusal = { refused: { code: status, message: `Refused with ${status}.` } };
    response.end(status < 300 && body === undefined ? '' : JSON.stringify(body ?? refusal));
  };
  const [, , , id = ''] = pathname.split('/');
  if (pathname.startsWith('/v3')) {
    const at = (path: string) => [{ interface: 'public', region_id: 'R', url: `${url}/${path}` }];
    const catalog = [
      { type: 'compute', endpoints: at('nova') },
      { type: 'fault-management', endpoints: at('doctor') },
    ];
    return reply(201, { token: { catalog } });
  }
  if (pathname.endsWith('/evacuation')) {
    const [now, ...next] = moves.get(id) ?? [];
    if (next.length > 0) moves.set(id, next);
    return now ? reply(200, { evacuation: { ...atNova, ...now } }) : reply(404);
  }
  if (pathname === '/nova/os-services') {
    return reply(200, { services: searchParams.get('host') === 'h' ? [{ state }] : [] });
  }
  if (pathname === '/nova/servers') {
    const on = [...servers].filter(
      ([, row]) => row.host?.toLowerCase() === searchParams.get('host'),
    );
    const from = Number(searchParams.get('marker'));
    const page = on.slice(from, from + pageSize).map(([each, { name }]) => ({ id: each, name }));
    const href = `${url}/nova/servers?host=h&marker=${from + pageSize}`;
    const links = from + pageSize < on.length ? [{ rel: 'next', href }] : [];
    return reply(200, { servers: page, servers_links: links });
  }
  if (request.method === 'GET') {
    const row = servers.get(id);
    return row ? reply(200, { server: shown(id, row) }) : reply(404);
  }
  asked.push({ id, body: await json(request) });
  flight = { now: flight.now + 1, most: Math.max(flight.most, flight.now + 1) };
  await new Promise((done) => setTimeout(done, 1));
  flight.now--;
  const [answer = 'moves', ...next] = answers.get(id) ?? [];
  if (next.length > 0) answers.set(id, next);
  const status = act(id, answer);
  return status === undefined ? response.destroy() : reply(status);
});

let url: string;
beforeAll(async () => {
  await new Promise<void>((listening) => cloud.listen(0, '127.0.0.1', listening));
  const address = cloud.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});
afterAll(() => {
  cloud.close();
});
beforeEach(() => {
  servers = new Map([['1', server()]]);
  answers = new Map();
  moves = new Map();
  state = 'down';
  asked = [];
  flight = { now: 0, most: 0 };
});

async function doctor(line: string) {
  const said = { out: '', err: '' };
  const env = { OS_AUTH_URL: url, OS_USERNAME: 'u', OS_PASSWORD: 'p', OS_PROJECT_NAME: 'a' };
  const status = await runCommandLine(line.split(' '), env, {
    out: (more) => {
      said.out += more;
    },
    err: (more) => {
      said.err += more;
    },
    terminal: false,
  });
  return { status, ...said };
}

/** Each server's outcome, and the status of the command. */
async function outcomes(line: string) {
  const { status, out, err } = await doctor(`${line} --format json`);
  return { status, rows: JSON.parse(out), err };
}

test('a thousand servers are evacuated, four at a time, and the outcome of each is listed', async () => {
  for (let n = 1; n <= 1_000; n++) servers.set(`${n}`, server({ name: `vm-${n}` }));
  const { status, rows } = await outcomes('host-evacuate h');
  expect(status).toBe(0);
  expect(rows).toHaveLength(1_000);
  expect(rows[999]).toEqual({
    id: '1000',
    name: 'vm-1000',
    status: 'done',
    host: 'other',
    reason: '',
  });
  expect(asked).toHaveLength(1_000);
  expect(flight.most).toBe(4);
  expect(asked[0]?.body).toEqual({ evacuate: {} });
});

test('--target names the host for all, and --jobs how many are in flight', async () => {
  for (let n = 1; n <= 20; n++) servers.set(`${n}`, server());
  expect((await doctor('host-evacuate --target other --jobs 2 h')).status).toBe(0);
  expect(flight.most).toBe(2);
  expect(asked.every(({ body }) => JSON.stringify(body) === '{"evacuate":{"host":"other"}}')).toBe(
    true,
  );
});

test.each<{ what: string; given: Answer[]; row?: Partial<Server>; outcome: object; tries: number }>(
  [
    { what: 'moves', given: ['moves'], outcome: { status: 'done', host: 'other' }, tries: 1 },
    {
      what: 'is on its way',
      given: ['is accepted'],
      outcome: { status: 'accepted', host: null },
      tries: 1,
    },
    {
      what: 'finds no target',
      given: ['no target'],
      outcome: { status: 'failed', reason: 'No valid host was found.' },
      tries: 1,
    },
    { what: 'meets a rival', given: [409, 409, 'moves'], outcome: { status: 'done' }, tries: 3 },
    { what: 'comes too often', given: [429, 'moves'], outcome: { status: 'done' }, tries: 2 },
    { what: 'meets a 503', given: [503, 500, 'moves'], outcome: { status: 'done' }, tries: 3 },
    {
      what: 'is answered with nothing, and moved',
      given: ['is lost', 400],
      outcome: { status: 'done', host: 'other' },
      tries: 1,
    },
    {
      what: 'is in a state that stays',
      given: [409],
      row: { vm_state: 'shelved' },
      outcome: { status: 'failed', reason: 'Refused with 409. (HTTP 409)' },
      tries: 1,
    },
    {
      what: 'was never launched',
      given: [409],
      row: { launched_at: null },
      outcome: { status: 'failed' },
      tries: 1,
    },
    {
      what: 'is on its way already',
      given: [409],
      row: { task_state: 'rebuilding' },
      outcome: { status: 'accepted' },
      tries: 1,
    },
    { what: 'is refused', given: [400], outcome: { status: 'failed', host: null }, tries: 1 },
    { what: 'is refused without end', given: [503], outcome: { status: 'failed' }, tries: 6 },
    { what: 'is deleted meanwhile', given: ['is gone'], outcome: { status: 'gone' }, tries: 1 },
  ],
)('a server that $what is asked for $tries times', async ({ given, row, outcome, tries }) => {
  servers.set('1', server(row));
  answers.set('1', given);
  const { status, rows } = await outcomes('host-evacuate h');
  expect(rows).toMatchObject([{ id: '1', ...outcome }]);
  expect(asked).toHaveLength(tries);
  expect(status).toBe(JSON.stringify(outcome).includes('failed') ? 1 : 0);
});

test('a server that fails does not stop the others, and makes the exit status 1', async () => {
  for (let n = 1; n <= 3; n++) servers.set(`${n}`, server());
  answers.set('2', [400]);
  const { status, out, err } = await doctor('host-evacuate h');
  expect(status).toBe(1);
  const lines = out.trimEnd().split('\n');
  expect(lines[0]).toMatch(/^ID +Name +Status +Host +Reason$/);
  expect(lines.slice(1).map((line) => line.split(/ {2,}/)[2])).toEqual(['done', 'failed', 'done']);
  expect(err).toBe('3 of 3 servers, 1 failed\n');
});

test('a repeat continues with the servers that are left', async () => {
  for (let n = 1; n <= 3; n++) servers.set(`${n}`, server());
  answers.set('2', [400, 'moves']);
  await doctor('host-evacuate h');
  const { status, rows } = await outcomes('host-evacuate h');
  expect([status, rows]).toMatchObject([0, [{ id: '2', status: 'done' }]]);
});

test('a host that is named in another case than it was registered with is the same host', async () => {
  servers.set('1', server({ host: 'H' }));
  answers.set('1', [409, 'moves']);
  const { status } = await doctor('host-evacuate h');
  expect(status).toBe(0);
  expect(asked).toHaveLength(2);
});

test('a host without servers has nothing to do', async () => {
  servers.clear();
  const err = '0 of 0 servers, 0 failed\n';
  expect(await outcomes('host-evacuate h')).toEqual({ status: 0, rows: [], err });
});

test.each([
  ['a host that is up', 'up', 'host-evacuate h', 'is up'],
  ['a host that is not there', 'down', 'host-evacuate unknown', 'could not be found'],
])('%s is not evacuated: status 1', async (_, now, line, message) => {
  state = now;
  const { status, out, err } = await doctor(line);
  expect({ status, out }).toEqual({ status: 1, out: '' });
  expect(err).toContain(message);
  expect(asked).toEqual([]);
});

test.each(['0', '33', '-1', '4.5', 'many', ''])('--jobs=%s is refused', async (jobs) => {
  const { status, err } = await doctor(`host-evacuate --jobs=${jobs} h`);
  expect(status).toBe(2);
  expect(err).toContain('--jobs is a number from 1 to 32');
  expect(asked).toEqual([]);
});

test('server evacuate moves one, from wherever it is', async () => {
  const { status, rows } = await outcomes('server evacuate --target other 1');
  expect([status, rows]).toEqual([
    0,
    { id: '1', name: 'vm', status: 'done', host: 'other', reason: '' },
  ]);
  expect(asked).toEqual([{ id: '1', body: { evacuate: { host: 'other' } } }]);
});

test.each([
  ['is not there', '2', server()],
  ['has no host', '1', server({ host: null })],
])('a server that %s is not evacuated: status 1', async (_, id, row) => {
  servers.set('1', row);
  const { status, err } = await doctor(`server evacuate ${id}`);
  expect([status, asked]).toEqual([1, []]);
  expect(err).toContain('could not be found');
});

/** The progress that is shown if an evacuation ends every `step` milliseconds. */
function progressShown(total: number, step: number, terminal: boolean): string[] {
  const said: string[] = [];
  let now = 0;
  const progress = progressOf({ err: (text) => said.push(text), terminal }, total, () => now);
  for (let n = 0; n < total; n++) {
    now += step;
    progress.count({ failed: n === 0 });
  }
  progress.end();
  return said;
}

test('on a terminal a bar is redrawn, otherwise a line is printed every five seconds', () => {
  expect(progressShown(4, 60, true)).toEqual([
    `\r[${'#'.repeat(15)}${' '.repeat(15)}] 2 of 4 servers, 1 failed`,
    `\r[${'#'.repeat(30)}] 4 of 4 servers, 1 failed`,
    `\r[${'#'.repeat(30)}] 4 of 4 servers, 1 failed\n`,
  ]);
  expect(progressShown(4, 2_600, false)).toEqual([
    ...['2 of 4', '4 of 4', '4 of 4'].map((counts) => `${counts} servers, 1 failed\n`),
  ]);
  expect(progressShown(0, 1, true)).toEqual([`\r[${'#'.repeat(30)}] 0 of 0 servers, 0 failed\n`]);
});

test('while Nova carries it out, each server is followed to its end, and its progress is printed', async () => {
  servers = new Map([
    ['1', server({ name: 'web-1' })],
    ['2', server({ name: 'web-2' })],
  ]);
  for (const id of servers.keys()) answers.set(id, ['is accepted']);
  moves.set('1', [{ progress: 'pre-migrating to x' }, { status: 'done', dest: 'x' }]);
  moves.set('2', [{}, { status: 'failed', reason: 'No valid host was found.' }]);
  const { status, rows, err } = await outcomes('host-evacuate h');
  expect(rows).toMatchObject([
    { id: '1', status: 'done', host: 'x', reason: '' },
    { id: '2', status: 'failed', host: null, reason: 'No valid host was found.' },
  ]);
  expect(asked).toHaveLength(2);
  expect(status).toBe(1);
  expect(err).toContain('web-1: pre-migrating to x\n');
  expect(err).toContain('2 of 2 servers, 1 failed');
});
