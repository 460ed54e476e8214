/**
 * The calls of monitors that run a command, step by step: `doctor report` sends each over HTTP to
 * the composed function. test/cli/report shows that the shell script sends the same.
 */
import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import * as z from 'zod';
import { twins } from '../../cli/report/twins.ts';
import { alertSample } from './alert-samples.ts';
import { monitorsWorld } from './monitors-world.ts';

const Calls = z.array(
  z.object({ args: z.array(z.string()), env: z.record(z.string(), z.string()) }),
);

let world = monitorsWorld();
const server = createServer(async (request, response) => {
  const { authorization = '' } = request.headers;
  const headers = { Authorization: authorization };
  const { method = '', url = '' } = request;
  const answer = await world.send(method, url, await json(request), headers);
  response.writeHead(answer.status, answer.headers).end(JSON.stringify(answer.body));
});
beforeAll(() => new Promise<void>((open) => server.listen(0, '127.0.0.1', open)));
afterAll(() => {
  server.close();
});
beforeEach(() => {
  world = monitorsWorld();
});

/** Runs `doctor report` for a monitor. It must end with status 0. */
async function report(from: string, args: readonly string[], env = {}, input?: string) {
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const account = {
    DOCTOR_URL: `http://127.0.0.1:${port}/doctor/v1`,
    DOCTOR_TOKEN: 'monitor',
  };
  const all = ['--from', from, ...args];
  const ended = await twins[0]?.run(all, { ...account, ...env }, input);
  expect(ended).toMatchObject({ status: 0 });
}

/**
 * For each monitor, the conditions after each of its calls. The only host that is held down is
 * `compute-1`.
 */
const stories: Readonly<Record<string, readonly (readonly string[])[]>> = {
  // Soft, notification, hard, acknowledgement, up by both.
  nagios: [[], ...Array(3).fill(['raised']), ['cleared'], ['cleared']],
  // The first OK after a start, soft, notification, hard, up by both.
  icinga: [[], [], ['raised'], ['raised'], ['cleared'], ['cleared']],
  // Lost, fenced, back: a host that was fenced stays down.
  pacemaker: [['raised'], ['raised'], ['cleared held']],
  // BACKUP, MASTER, FAULT, BACKUP, STOP.
  keepalived: [[], [], ['raised'], ['cleared'], ['cleared']],
};

test.each(Object.entries(stories))('the calls of %s', async (from, states) => {
  const calls = Calls.parse(alertSample(`script-${from}`));
  const seen: string[][] = [];
  for (const { args, env } of calls) {
    await report(from, args, env);
    const rows = [...world.conditions.values()];
    seen.push(rows.map(({ state, held }) => (held ? `${state} held` : state)));
    const isDown = rows.some(({ state, held }) => state === 'raised' || held);
    expect(world.downHosts()).toEqual(isDown ? ['compute-1'] : []);
  }
  expect(seen).toEqual(states);
  const sources = [...world.conditions.values()].map(({ source }) => source);
  expect(sources).toEqual([`script/${from}`]);
});

test('the watch of Consul: a check that is no longer in the list has ended', async () => {
  await report('consul', [], {}, JSON.stringify(alertSample('consul-critical')));
  expect(world.shown()).toEqual(['consul compute-1 host_down raised']);
  await report('consul', [], {}, '[]');
  expect(world.shown()).toEqual(['consul compute-1 host_down cleared']);
  expect(world.downHosts()).toEqual([]);
});

test('every sample of a script is run', () => {
  const files = readdirSync(join(import.meta.dirname, 'samples'));
  const scripts = files.flatMap((file) => /^script-(.*)\.json$/.exec(file)?.[1] ?? []);
  expect(scripts.sort()).toEqual(Object.keys(stories).sort());
});
