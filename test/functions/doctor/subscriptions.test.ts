import { expect, test } from 'vitest';
import { createSurface } from '../../../adapters/http/surface.ts';
import type { Subscription, SubscriptionRequest } from '../../../domain/delivery/subscription.ts';
import { withImpliedRoles } from '../../../domain/identity/access.ts';
import type { SubscribeDeps } from '../../../flows/subscribe.ts';
import { subscriptionRoutes } from '../../../functions/doctor/subscriptions.ts';
import { id, minute } from '../../domain/rows.ts';
import { type Call, call, quiet } from '../call.ts';

const queue = 'arn:aws:sqs:eu-west-1:123456789012:own';

function world() {
  const rows = new Map<string, Subscription>();
  const asked: SubscriptionRequest[] = [];
  const subscribing: SubscribeDeps = {
    subscription: async (id) => rows.get(id),
    countOf: async () => rows.size,
    claim: async (row) => Boolean(rows.set(row.subscription_id, row)),
    replace: async (_, after) => Boolean(rows.set(after.subscription_id, after)),
    remove: async ({ subscription_id }) => rows.delete(subscription_id),
    subscribeTo: async (topic, request) => {
      asked.push(request);
      return `${topic}:${asked.length}`;
    },
    unsubscribe: async () => {},
    countRequestOf: { project: async () => true, endpoint: async () => true },
    cooldownSeconds: 300,
    topics: { notifications: ['arn:t-0', 'arn:t-1'], groups: ['arn:g-0', 'arn:g-1'] },
    mostPerProject: 20,
    now: () => minute(1),
  };
  const ask = (request: Call, { role = 'member', project_id = 'a' } = {}) => {
    const surface = createSurface({
      ...{ dialect: 'doctor', prefix: '/doctor', publicUrl: '', logger: quiet },
      authenticate: async () => ({
        ...{ user_id: 'u', user_name: 'u', project_id, roles: withImpliedRoles([role]) },
      }),
      routes: subscriptionRoutes({
        subscribing,
        subscriptions: async (project, { limit, marker }) => {
          const all = [...rows.values()].filter((row) => !project || row.project_id === project);
          const from = marker ? all.findIndex((row) => row.subscription_id === marker) + 1 : 0;
          return marker && from === 0 ? undefined : all.slice(from, from + limit);
        },
        statusOf: async () => 'pending confirmation',
      }),
    });
    return call(surface, { ...request, path: `/doctor/v1/subscriptions${request.path}` });
  };
  const post = (body: unknown, as = {}) => ask({ method: 'POST', path: '', body }, as);
  return { ask, post, rows, asked };
}

test('a subscription is created, shown as pending, and not created a second time', async () => {
  const { post, ask } = world();
  const body = { protocol: 'https', endpoint: 'https://a.example/', filter: { current: ['ok'] } };
  const made = await post(body);
  expect(made).toMatchObject({
    status: 201,
    body: {
      subscription: {
        ...body,
        ...{ project_id: 'a', all_projects: false, raw_message_delivery: false },
        ...{ status: 'pending confirmation', created_at: minute(1) },
      },
    },
  });
  expect((await post(body)).status).toBe(200);
  expect(await ask({ path: '' })).toMatchObject({ body: { subscriptions: [body] } });
});

test('a queue gets the bare notification unless it asks for the envelope', async () => {
  const { post, asked } = world();
  await post({ protocol: 'sqs', endpoint: queue });
  await post({ protocol: 'sqs', endpoint: `${queue}2`, raw_message_delivery: false });
  expect(asked.map((request) => request.raw_message_delivery)).toEqual([true, false]);
});

test('a subscription to groups uses other topics, and differs from one without groups', async () => {
  const { post, ask, rows } = world();
  const body = { protocol: 'sqs', endpoint: queue, group: 'fault', filter: { severity: ['low'] } };
  expect(await post(body)).toMatchObject({
    ...{ status: 201, body: { subscription: { group: 'fault' } } },
  });
  expect([...rows.values()].flatMap(({ arns }) => Object.keys(arns))).toEqual([
    expect.stringMatching(/^arn:g-/),
  ]);
  expect((await post(body)).status).toBe(200);
  expect((await post({ ...body, group: null })).status).toBe(409);
  await post({ protocol: 'sqs', endpoint: `${queue}2`, group: null });
  expect(await ask({ path: '' })).toMatchObject({
    body: { subscriptions: [{ group: 'fault' }, { group: null }] },
  });
});

test("another project's subscription is a 404, except for an administrator", async () => {
  const { post, ask, rows } = world();
  await post({ protocol: 'sqs', endpoint: queue });
  const path = `/${[...rows.keys()][0]}`;
  for (const method of ['GET', 'DELETE']) {
    expect((await ask({ method, path }, { project_id: 'b' })).status).toBe(404);
  }
  const admin = { role: 'admin', project_id: 'admin' };
  expect((await ask({ path }, admin)).status).toBe(200);
  expect((await ask({ method: 'DELETE', path }, { role: 'reader' })).status).toBe(403);
  expect((await ask({ method: 'DELETE', path }, admin)).status).toBe(204);
  expect(rows.size).toBe(0);
});

test('only administrators take and list all projects', async () => {
  const { post, ask, asked } = world();
  const all = { protocol: 'sqs', endpoint: queue, all_projects: true };
  expect((await post(all)).status).toBe(403);
  expect(asked).toEqual([]);
  const query = { all_projects: ['true'] };
  expect((await ask({ path: '', query })).status).toBe(403);
  expect((await post(all, { role: 'admin' })).status).toBe(201);
  expect(asked).toHaveLength(2);
  expect(await ask({ path: '', query }, { role: 'admin' })).toMatchObject({
    ...{ status: 200, body: { subscriptions: [{ all_projects: true }] } },
  });
});

test('lists are paged', async () => {
  const { post, ask } = world();
  for (const n of [1, 2, 3]) await post({ protocol: 'sqs', endpoint: `${queue}${n}` });
  const first = await ask({ path: '', query: { limit: ['2'] } });
  expect(first.body).toMatchObject({
    subscriptions: [{ endpoint: `${queue}1` }, { endpoint: `${queue}2` }],
    next: expect.stringMatching(/\/doctor\/v1\/subscriptions\?limit=2&marker=/),
  });
});

test.each<[string, Record<string, unknown>]>([
  ['protocol', { protocol: 'sms', endpoint: '+491701234567' }],
  ['protocol', { protocol: 'firehose' }],
  ['protocol', { protocol: undefined }],
  ['endpoint', { endpoint: undefined }],
  ['endpoint', { endpoint: 'own' }],
  ['endpoint', { endpoint: `${queue}.fifo` }],
  ['endpoint', { endpoint: 'arn:aws:sns:eu-west-1:123456789012:topic' }],
  ['endpoint', { protocol: 'https', endpoint: 'http://a.example/' }],
  ['endpoint', { protocol: 'http', endpoint: 'https://a.example/' }],
  ['endpoint', { protocol: 'https', endpoint: 'https:a.example' }],
  ['endpoint', { protocol: 'email', endpoint: 'a.example' }],
  ['endpoint', { protocol: 'email', endpoint: 'a@b.example,c@d.example' }],
  ['endpoint', { protocol: 'lambda', endpoint: queue }],
  ['endpoint', { endpoint: `${queue}${'x'.repeat(3_000)}` }],
  ['filter', { filter: null }],
  ['filter.project_id', { filter: { project_id: ['b'] } }],
  ['filter.$or', { filter: { $or: [] } }],
  ['filter.severity', { filter: { severity: [] } }],
  ['filter.severity', { filter: { severity: 'low' } }],
  ['filter.severity.0', { filter: { severity: ['major'] } }],
  ['filter.event_type.0', { filter: { event_type: [{ prefix: '' }] } }],
  ['filter.alarm_id.0', { filter: { alarm_id: ['x'] } }],
  ['all_projects', { all_projects: 'true' }],
  ['raw_message_delivery', { protocol: 'lambda', raw_message_delivery: true }],
  ['project_id', { project_id: 'b' }],
  ['group', { group: 'host' }],
  ['group', { group: true }],
  ['filter.alarm_id', { group: 'fault', filter: { alarm_id: [id(1)] } }],
  ['filter.resource_id', { group: 'fault', filter: { resource_id: ['vm-1'] } }],
])('a body is refused for its %s: %o', async (field, given) => {
  const { post, rows } = world();
  const endpoint =
    given.protocol === 'lambda' && 'arn:aws:lambda:eu-west-1:123456789012:function:f';
  const answer = await post({ protocol: 'sqs', endpoint: endpoint || queue, ...given });
  expect(answer.status).toBe(400);
  expect(JSON.stringify(answer.body)).toContain(field);
  expect(rows.size).toBe(0);
});

test.each<Record<string, string[]>>([
  { limit: ['0'] },
  { limit: ['-1'] },
  { limit: ['1', '2'] },
  { marker: ['x'] },
  { marker: ['00000000-0000-4000-8000-000000000001'] },
  { project_id: ['b'] },
  { all_projects: ['yes'] },
])('a query is refused: %o', async (query) => {
  expect((await world().ask({ path: '', query })).status).toBe(400);
});
