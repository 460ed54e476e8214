/** `doctor alarm preview`: the request that it sends, and what it prints. */
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommandLine } from '../../cli/run.ts';

const asked: unknown[] = [];
let url: string;

const server = createServer(async (request, response) => {
  const sent = await text(request);
  const isLogin = request.url === '/identity/v3/auth/tokens';
  const endpoints = [{ interface: 'public', region_id: 'R', url: `${url}/doctor` }];
  if (!isLogin) asked.push([request.method, request.url, JSON.parse(sent)]);
  const events = [
    { accepted_at: 't', event_type: 'e', resource_id: 's-1', effect: 'raise', traits: {} },
  ];
  response.writeHead(200, { 'X-Subject-Token': 't' });
  const catalog = [{ type: 'fault-management', endpoints }];
  response.end(JSON.stringify(isLogin ? { token: { catalog } } : { from: 'f', to: 't', events }));
});

beforeAll(async () => {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});
afterAll(() => {
  server.close();
});

test('an alarm is tried by the options of `alarm create`', async () => {
  const env = {
    ...{ OS_AUTH_URL: `${url}/identity/v3`, OS_USERNAME: 'alice', OS_PASSWORD: 'secret' },
    ...{ OS_PROJECT_NAME: 'tenant-a', OS_REGION_NAME: 'R' },
  };
  const printed: string[] = [];
  const line = 'alarm preview --event-type compute.* --query traits.state=stopped --hours 2';
  const status = await runCommandLine(line.split(' '), env, {
    out: (more) => {
      printed.push(more);
    },
    err: (more) => {
      printed.push(more);
    },
    terminal: false,
  });
  expect({ status, printed: printed.join('') }).toMatchObject({
    status: 0,
    printed: expect.stringContaining('s-1'),
  });
  const event_rule = { event_type: 'compute.*', query: 'traits.state=stopped' };
  expect(asked).toEqual([
    ['POST', '/doctor/alarm-preview?hours=2', { name: 'preview', type: 'event', event_rule }],
  ]);
});
