/** The commands for subscriptions: the requests that they send, and what they refuse. */
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { runCommandLine } from '../../cli/run.ts';

/** What the cloud below was asked, after the login: method, path, body. */
let asked: [string, string, unknown][] = [];
let url: string;

const queue = 'arn:aws:sqs:eu-west-1:123456789012:own';
const subscription = { id: 's-1', status: 'confirmed', endpoint: queue, group: 'fault' };
let answers: Record<string, unknown> = {};
const answersAt = (here: string) => ({
  'POST /doctor/subscriptions': { subscription },
  'GET /doctor/subscriptions': {
    subscriptions: [subscription],
    next: `${here}/doctor/subscriptions?marker=s-1`,
  },
  'GET /doctor/subscriptions?marker=s-1': { subscriptions: [{ ...subscription, id: 's-2' }] },
  'GET /doctor/subscriptions?all_projects=true': {
    subscriptions: [{ ...subscription, project_id: 'p' }],
  },
  'GET /doctor/subscriptions/s-1': { subscription },
  'DELETE /doctor/subscriptions/s-1': {},
});

const server = createServer(async (request, response) => {
  const { method = '', url: path = '' } = request;
  const sent = await text(request);
  const isLogin = path === '/identity/v3/auth/tokens';
  const publicAt = (type: string, to: string) => ({
    ...{ type, endpoints: [{ interface: 'public', region_id: 'R', url: `${url}${to}` }] },
  });
  const catalog = [publicAt('fault-management', '/doctor')];
  if (!isLogin) asked.push([method, path, sent === '' ? undefined : JSON.parse(sent)]);
  const answer = isLogin ? { token: { catalog } } : answers[`${method} ${path}`];
  response.writeHead(answer === undefined ? 404 : 200, { 'X-Subject-Token': 't' });
  response.end(JSON.stringify(answer ?? { error: { code: 404, message: 'It is not there.' } }));
});

beforeAll(async () => {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  answers = answersAt(url);
});
afterAll(() => {
  server.close();
});
beforeEach(() => {
  asked = [];
});

async function doctor(line: string) {
  const said = { out: '', err: '' };
  const env = {
    ...{ OS_AUTH_URL: `${url}/identity/v3`, OS_USERNAME: 'alice', OS_PASSWORD: 'secret' },
    ...{ OS_PROJECT_NAME: 'tenant-a', OS_REGION_NAME: 'R' },
  };
  const status = await runCommandLine(line.split(' ').filter(Boolean), env, {
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

test('a subscription to groups is requested, with a filter of lists', async () => {
  const { status, out } = await doctor(
    `subscription create --protocol sqs --endpoint ${queue} --group fault --severity low,critical --event-type compute.*`,
  );
  expect(status).toBe(0);
  expect(out).toMatch(/group\s+fault/);
  expect(asked).toEqual([
    [
      'POST',
      '/doctor/subscriptions',
      {
        ...{ protocol: 'sqs', endpoint: queue, group: 'fault' },
        filter: { severity: ['low', 'critical'], event_type: ['compute.*'] },
      },
    ],
  ]);
});

test('what is not given is not requested, and what is given is', async () => {
  const create = `subscription create --protocol sqs --endpoint ${queue}`;
  await doctor(create);
  await doctor(`${create} --all-projects --envelope --alarm a-1 --resource r-1 --current alarm`);
  const bodies = asked.map(([, , body]) => body);
  expect(bodies[0]).toEqual({ protocol: 'sqs', endpoint: queue });
  expect(bodies[1]).toEqual({
    ...{ protocol: 'sqs', endpoint: queue, all_projects: true, raw_message_delivery: false },
    filter: { alarm_id: ['a-1'], resource_id: ['r-1'], current: ['alarm'] },
  });
});

test('without a protocol or an endpoint nothing is requested', async () => {
  for (const line of ['--protocol sqs', `--endpoint ${queue}`]) {
    const { status, err } = await doctor(`subscription create ${line}`);
    expect(status).toBe(2);
    expect(err).toContain('--protocol and --endpoint are needed.');
  }
  expect(asked).toEqual([]);
});

test('subscriptions are listed over pages, shown and deleted', async () => {
  const { out } = await doctor('subscription list');
  expect(out).toContain('s-1');
  expect(out).toContain('s-2');
  expect((await doctor('subscription list --all-projects')).out).toContain('Project');
  expect((await doctor('subscription show s-1')).out).toContain('confirmed');
  expect((await doctor('subscription delete s-1')).out).toContain('deleted');
  expect(asked.at(-1)?.slice(0, 2)).toEqual(['DELETE', '/doctor/subscriptions/s-1']);
});
