/** `doctor cloud sync` and `doctor cloud status`, against a server of the test. */
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { cloudInventoryCommands } from '../../cli/cloud-inventory.ts';
import { runCommandLine } from '../../cli/run.ts';
import { type CliSession, logIn } from '../../cli/session.ts';
import { nothingCounted as none } from '../../domain/mirror/mirror-counts.ts';

const walkWith = (
  phase: string,
  seen: number,
  differences: readonly object[] = [],
  warnings: readonly string[] = [],
) => ({
  ...{ walk_id: 'w2', dry_run: false, phase, started_at: 's', ended_at: null, differences },
  warnings,
  counts: {
    hosts: { ...none, seen: 2 },
    servers: { ...none, seen, created: differences.length },
    ports: none,
  },
});
const job = { succeeded_at: 'then', lag_seconds: 7, failures: 0, last_error: null };
const statusWith = (walk: object | null, walks: object = job) => ({
  cloud: {
    ...{ lag_seconds: 7, services: job, changes: job, walks, walk },
    returned_hosts: { ...job, waiting: 0 },
  },
});

/** The states that the API shows, one for each request; the last one is repeated. */
let states: object[];
let asked: unknown[];
let url = '';

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url ?? '', url);
  const reply = (status: number, body: unknown) => {
    response.writeHead(status, { 'X-Subject-Token': 't' });
    response.end(JSON.stringify(body));
  };
  if (pathname.startsWith('/v3')) {
    const endpoints = [{ interface: 'public', region_id: 'R', url: `${url}/doctor/v1` }];
    return reply(201, { token: { catalog: [{ type: 'fault-management', endpoints }] } });
  }
  if (pathname === '/doctor/v1/cloud/walks') {
    asked.push(await json(request));
    return reply(202, { walk: walkWith('hosts', 0) });
  }
  const [state, ...more] = states;
  if (more.length > 0) states = more;
  return reply(200, state);
});
beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});
afterAll(() => server.close());
beforeEach(() => {
  asked = [];
});

const env = () => ({
  ...{ OS_AUTH_URL: `${url}/v3`, OS_USERNAME: 'u', OS_PASSWORD: 'p', OS_PROJECT_NAME: 'a' },
  OS_REGION_NAME: 'R',
});

/** `doctor cloud sync` without pauses. */
async function sync(given: Record<string, boolean> = {}, terminal = false) {
  const lines: string[] = [];
  const [command] = cloudInventoryCommands(0);
  const screen = { err: (text: string) => lines.push(text), terminal };
  const session: CliSession = await logIn(env());
  const found = await command?.run(session, given, '', screen);
  return { found, lines };
}

const created = { resource: 'server', id: 's1', kind: 'created', detail: 'on compute-1' };

test('sync asks for a walk, follows it to its end, and shows the differences', async () => {
  states = [
    statusWith(null),
    statusWith(walkWith('servers', 5)),
    statusWith(walkWith('done', 9, [created])),
  ];
  const { found, lines } = await sync();
  expect(asked).toEqual([{ dry_run: false, allow_deletions: false }]);
  expect(found).toMatchObject({ items: [created], failed: false });
  expect(lines.at(-1)).toBe('2 hosts, 9 servers, 0 ports; 1 differences\n');
});

test('the bar on a terminal is as long as the part of the walk before that is reached', async () => {
  const before = { ...walkWith('done', 8), walk_id: 'w1' };
  states = [
    statusWith(before),
    statusWith(walkWith('servers', 3)),
    statusWith(walkWith('done', 8)),
  ];
  const { lines } = await sync({ 'dry-run': true }, true);
  expect(asked).toEqual([{ dry_run: true, allow_deletions: false }]);
  expect(lines[0]).toMatch(/^\r\[#{15} {15}\] 2 hosts, 3 servers/);
  expect(lines[1]).toMatch(/^\r\[#{30}\]/);
});

test('what a walk kept is said, with exit status 1, by sync and by status', async () => {
  const kept = walkWith('done', 9, [], ['11 ports were kept.']);
  states = [statusWith(null), statusWith(kept)];
  const { found, lines } = await sync({ 'allow-deletions': true });
  expect(asked).toEqual([{ dry_run: false, allow_deletions: true }]);
  expect(found).toMatchObject({ failed: true });
  expect(lines.at(-1)).toBe('11 ports were kept.\n');
  const out: string[] = [];
  const streams = { out: (text: string) => out.push(text), err: () => {}, terminal: false };
  expect(await runCommandLine(['cloud', 'status'], env(), streams)).toBe(1);
  expect(out.join('')).toMatch(/warnings +11 ports were kept\./);
});

test.each([
  ['another walk took its place', { ...walkWith('hosts', 0), walk_id: 'w3' }, job, /Another walk/],
  [
    'the walk fails again and again',
    walkWith('servers', 5),
    { ...job, failures: 3, last_error: { at: 'now', message: 'Nova is out' } },
    /Nova is out/,
  ],
])('sync ends with the reason if %s', async (_, walk, walks, reason) => {
  states = [statusWith(null), statusWith(walk, walks)];
  await expect(sync()).rejects.toThrow(reason);
});

test('status shows ages, the last walk and errors; with errors the exit status is 1', async () => {
  const out: string[] = [];
  const streams = { out: (text: string) => out.push(text), err: () => {}, terminal: false };
  states = [statusWith(walkWith('done', 9, [created]))];
  expect(await runCommandLine(['cloud', 'status', '-f', 'json'], env(), streams)).toBe(0);
  expect(JSON.parse(out.join(''))).toMatchObject({
    ...{ lag_seconds: 7, walk_phase: 'done', servers: 9, differences: 1, failed: 0, errors: '' },
  });
  const last_error = { at: 'now', message: 'Nova is out' };
  states = [statusWith(walkWith('done', 9), { ...job, failures: 1, last_error })];
  expect(await runCommandLine(['cloud', 'status'], env(), streams)).toBe(1);
  expect(out.at(-1)).toMatch(/errors +walks: Nova is out/);
});
