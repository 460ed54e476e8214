/**
 * `POST /doctor/v1/changes`: the changes, with the answers to what the page reads again because of
 * them.
 */
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { readAgain, readsAtOnce } from '../../../flows/read-again.ts';
import { readerOf, readFromMonitors, readHere } from '../../../functions/operations/reads.ts';
import { monitorPaths } from '../../../infra/monitors.ts';
import { operationPaths } from '../../../infra/operations.ts';
import { asking } from './surface.ts';

const path = '/doctor/v1/changes';
const since = '2026-01-01T00:09:59.000Z';
const row = { place: '2026-01-01T00:09:59.500Z#00000001', changed: { servers: ['s'] } };
const servers = { path: '/compute/v2.1/servers?limit=2&name=a%20b', kinds: ['servers'] };

/** Sends a request with these reads. The other functions answer with their names. */
async function post(body: object, role = 'admin') {
  const events: { name: string; event: object }[] = [];
  let paused = 0;
  const ask = asking({
    changesFrom: async () => [row],
    pause: async () => {
      paused += 1;
    },
    callReader: async (name, event) => {
      events.push({ name, event });
      return { status: 200, body: { from: name } };
    },
  });
  const headers = { 'X-Auth-Token': 't', 'Content-Type': 'application/json' };
  const answer = await ask(role, { method: 'POST', path, headers, body });
  return { ...answer, events, paused };
}

test('a change brings what the page reads after changes of its kind, and nothing else', async () => {
  const reads = [servers, { path: '/network/v2.0/ports', kinds: ['ports'] }];
  const { status, body, events } = await post({ since, reads });
  expect([status, body]).toMatchObject([
    200,
    {
      ...{ reset: false, changes: { servers: ['s'] } },
      answers: [{ read: 0, id: null, status: 200, body: { from: 'compute' } }],
    },
  ]);
  expect(events).toHaveLength(1);
});

test.each(readHere)('a page reads /doctor/v1/%s of this function', async (segment) => {
  const more: Record<string, string> = {
    ...{ 'host-history': '/x', 'dead-letters': '/x', alarms: '/x/test/y' },
  };
  const reads = [{ path: `/doctor/v1/${segment}${more[segment] ?? ''}`, kinds: ['servers'] }];
  const { body } = await post({ since, reads });
  const text = JSON.stringify(body);
  expect(text).toContain('"read":0');
  // What there is none of is said by its route: no route would be "The resource could not be found".
  expect(text).not.toContain('The resource could not be found');
});

test('the other function gets the request as the gateway would send it, with the token of the caller', async () => {
  const { events } = await post({ since, reads: [{ ...servers, microversion: '2.94' }] });
  expect(events[0]).toMatchObject({
    name: 'compute',
    event: {
      ...{ httpMethod: 'GET', path: '/compute/v2.1/servers', resource: '/compute/{proxy+}' },
      pathParameters: { proxy: 'v2.1/servers' },
      headers: { 'x-auth-token': 't', 'x-openstack-nova-api-version': '2.94' },
      multiValueQueryStringParameters: { limit: ['2'], name: ['a b'] },
      requestContext: { domainName: 'api.test', path: '/api/compute/v2.1/servers' },
    },
  });
  expect(JSON.stringify(events)).not.toContain('content-type');
});

test('a query of alarms is sent with its body', async () => {
  const query = { path: '/alarming/v2/query/alarms/history', kinds: [], now: true };
  const { events } = await post({ since, reads: [{ ...query, body: { limit: 3 } }] });
  expect(events[0]).toMatchObject({ event: { httpMethod: 'POST', body: '{"limit":3}' } });
});

test('a trial of an alarm is sent to the function that evaluates alarms', async () => {
  const trial = { path: '/doctor/v1/alarm-preview', kinds: ['servers'], body: { type: 'event' } };
  const { events } = await post({ since, reads: [trial] });
  expect(events).toMatchObject([{ name: 'alarming', event: { httpMethod: 'POST' } }]);
});

test('what this function serves is read here, by the rights of the caller', async () => {
  const reads = [{ path: '/doctor/v1/rates?hours=1', kinds: [], now: true }];
  expect((await post({ since, reads })).body).toMatchObject({
    answers: [{ status: 200, body: { minutes: [] } }],
  });
  const refused = (await post({ since, reads }, 'reader')).body;
  expect(refused).toMatchObject({ answers: [{ status: 403 }] });
  const unknown = [{ path: '/doctor/v1/rates?hour=1', kinds: [], now: true }];
  expect((await post({ since, reads: unknown })).body).toMatchObject({
    answers: [{ status: 400 }],
  });
});

test('a request with a read that does not wait is not held', async () => {
  const ask = (reads: object[]) => post({ since, wait: 4, reads });
  expect((await ask([{ ...servers, now: true }])).paused).toBe(0);
});

test('without a cursor everything is read', async () => {
  expect((await post({ reads: [servers] })).body).toMatchObject({
    ...{ reset: true, answers: [{ read: 0 }] },
  });
});

test.each([
  ['another field', { since, wait: 0, limit: 1 }, 'limit'],
  ['a cursor that is none', { since: 'x' }, 'since'],
  ['a wait that is too long', { since, wait: 5 }, 'wait'],
  ['a path outside of the API', { reads: [{ path: 'https://example.com/', kinds: [] }] }, 'path'],
  ['the feed itself', { reads: [{ path: '/doctor/v1/changes', kinds: [] }] }, 'path'],
  ['logins', { reads: [{ path: '/identity/v3/auth/tokens', kinds: [] }] }, 'path'],
  ['another kind', { reads: [{ ...servers, kinds: ['flavors'] }] }, 'kinds'],
  ['a body where none is read', { reads: [{ ...servers, body: {} }] }, 'body'],
  ['too many reads', { reads: Array.from({ length: 25 }, () => servers) }, 'reads'],
])('%s is refused', async (_, body, field) => {
  const { status, body: refusal, events } = await post(body);
  expect([status, events]).toEqual([400, []]);
  expect(JSON.stringify(refusal)).toContain(field);
});

test.each(['monitor', 'service'])('a %s reads none', async (role) => {
  expect((await post({ since, reads: [servers] }, role)).status).toBe(403);
});

test('each path goes to the function that serves it', () => {
  const segments = [...monitorPaths, ...operationPaths, 'hosts', 'faults', 'subscriptions'];
  for (const segment of segments) {
    const reader = readerOf(`/doctor/v1/${segment}?limit=1`);
    const served = monitorPaths.includes(segment)
      ? ['monitors', 'doctor']
      : operationPaths.includes(segment)
        ? ['here', undefined]
        : ['doctor'];
    expect(served, segment).toContain(reader);
  }
  for (const segment of readFromMonitors) expect(monitorPaths).toContain(segment);
  for (const segment of readHere) expect(operationPaths).toContain(segment);
});

test('answers that do not fit together are refused one by one', async () => {
  const due = [0, 1, 2].map((read) => ({ read, path: '/doctor/v1/hosts' }));
  const body = 'x'.repeat(1_300_000);
  const answers = await readAgain(async () => ({ status: 200, body }), due);
  expect(answers.map(({ status }) => status)).toEqual([200, 413, 413]);
});

test('a request reads two things at once, so that pages leave reports their functions', async () => {
  const due = Array.from({ length: 9 }, (_, read) => ({ read, path: '/doctor/v1/hosts' }));
  let running = 0;
  let most = 0;
  await readAgain(async () => {
    running += 1;
    most = Math.max(most, running);
    await setImmediate();
    running -= 1;
    return { status: 200, body: null };
  }, due);
  expect(most).toBe(readsAtOnce);
});
