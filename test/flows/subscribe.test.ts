import { beforeEach, expect, test } from 'vitest';
import type { Subscription, SubscriptionRequest } from '../../domain/delivery/subscription.ts';
import { DomainError } from '../../domain/errors.ts';
import { type SubscribeDeps, subscribe, unsubscribe } from '../../flows/subscribe.ts';
import { minute } from '../domain/rows.ts';

let rows: Map<string, Subscription>;
/** The subscriptions of SNS, by topic and endpoint. */
let made: Map<string, { arn: string; project_id: string }>;
let refused: (topic: string) => unknown;

beforeEach(() => {
  rows = new Map();
  made = new Map();
  refused = () => undefined;
});

const deps: SubscribeDeps = {
  subscription: async (subscription_id) => rows.get(subscription_id),
  countOf: async (project_id) =>
    [...rows.values()].filter((row) => row.project_id === project_id).length,
  claim: async (row) => {
    if (rows.has(row.subscription_id)) return false;
    rows.set(row.subscription_id, row);
    return true;
  },
  replace: async (before, after) => {
    if (rows.get(before.subscription_id)?.revision !== before.revision) return false;
    rows.set(after.subscription_id, after);
    return true;
  },
  remove: async ({ subscription_id, revision }) => {
    if (rows.get(subscription_id)?.revision !== revision) return false;
    return rows.delete(subscription_id);
  },
  subscribeTo: async (topic, { endpoint, project_id }) => {
    const error = refused(topic);
    if (error) throw error;
    const key = `${topic} ${endpoint}`;
    const known = made.get(key) ?? { arn: `arn:${key}`, project_id };
    if (known.project_id !== project_id) throw new DomainError('conflict', 'exists');
    made.set(key, known);
    return known.arn;
  },
  unsubscribe: async (arn) => {
    for (const [key, known] of made) if (known.arn === arn) made.delete(key);
  },
  countRequestOf: { project: async () => true, endpoint: async () => true },
  cooldownSeconds: 300,
  topics: { notifications: ['t-0', 't-1'], groups: ['g-0', 'g-1'] },
  mostPerProject: 2,
  now: () => minute(1),
};

const requestOf = (given: Partial<SubscriptionRequest> = {}): SubscriptionRequest => ({
  ...{ protocol: 'https', endpoint: 'https://a.example/', project_id: 'a', all_projects: false },
  ...{ filter: {}, raw_message_delivery: false },
  ...given,
});

const dying = (step: keyof SubscribeDeps): SubscribeDeps => ({
  ...deps,
  [step]: async () => {
    throw new Error('the process died');
  },
});

test('a request is carried out once, however often its message comes', async () => {
  const first = await subscribe(deps, requestOf());
  expect(first).toMatchObject({ created: true, subscription: { revision: 2 } });
  const again = await subscribe(deps, requestOf());
  expect(again).toMatchObject({ created: false, subscription: { arns: first.subscription.arns } });
  expect([rows.size, made.size]).toEqual([1, 1]);
});

test('an endpoint has one subscription: another filter, or another project, is refused', async () => {
  await subscribe(deps, requestOf());
  const other = requestOf({ filter: { severity: ['low'] } });
  await expect(subscribe(deps, other)).rejects.toMatchObject({
    ...{ code: 'conflict', message: expect.stringContaining('another filter') },
  });
  await expect(subscribe(deps, requestOf({ project_id: 'b' }))).rejects.toMatchObject({
    ...{ code: 'conflict', message: expect.not.stringContaining('another filter') },
  });
  expect([...rows.values()].map(({ project_id }) => project_id)).toEqual(['a']);
});

test('a subscription that another subscriber made in SNS is not taken over, and its endpoint not claimed', async () => {
  refused = () => new DomainError('conflict', 'exists');
  await expect(subscribe(deps, requestOf())).rejects.toMatchObject({ code: 'conflict' });
  expect(rows.size).toBe(0);
});

test('a project has no more than its quota', async () => {
  for (const n of [1, 2]) await subscribe(deps, requestOf({ endpoint: `https://a.example/${n}` }));
  const third = requestOf({ endpoint: 'https://a.example/3' });
  await expect(subscribe(deps, third)).rejects.toMatchObject({ code: 'forbidden' });
  expect((await subscribe(deps, requestOf({ endpoint: 'https://a.example/2' }))).created).toBe(
    false,
  );
});

test('all projects are those of every topic; if one refuses, the others are taken back', async () => {
  const all = requestOf({ all_projects: true });
  refused = (topic) => topic === 't-1' && new DomainError('forbidden', 'full');
  await expect(subscribe(deps, all)).rejects.toMatchObject({ code: 'forbidden' });
  expect([rows.size, made.size]).toEqual([0, 0]);
  refused = () => undefined;
  await subscribe(deps, all);
  expect(made.size).toBe(2);
});

test.each(['subscribeTo', 'replace'] as const)(
  'what died before %s is finished by the same request, or ended by deleting it',
  async (step) => {
    await expect(subscribe(dying(step), requestOf())).rejects.toThrow('died');
    const [left] = [...rows.values()];
    expect(left).toMatchObject({ arns: {}, project_id: 'a' });
    await expect(subscribe(deps, requestOf({ project_id: 'b' }))).rejects.toThrow();
    if (left) await unsubscribe(deps, left);
    expect([rows.size, made.size]).toEqual([0, 0]);
    await expect(subscribe(dying(step), requestOf())).rejects.toThrow('died');
    expect(await subscribe(deps, requestOf())).toMatchObject({ created: false });
    expect([rows.size, made.size]).toEqual([1, 1]);
  },
);

test.each(['unsubscribe', 'remove'] as const)(
  'a deletion that died before %s is finished by the next',
  async (step) => {
    const { subscription } = await subscribe(deps, requestOf());
    await expect(unsubscribe(dying(step), subscription)).rejects.toThrow('died');
    await unsubscribe(deps, subscription);
    expect([rows.size, made.size]).toEqual([0, 0]);
    await unsubscribe(deps, subscription);
  },
);

test('a claim of what SNS has refused since its process died can be given up', async () => {
  await expect(subscribe(dying('subscribeTo'), requestOf())).rejects.toThrow('died');
  refused = () => new DomainError('invalid', 'no such endpoint');
  const [left] = [...rows.values()];
  if (left) await unsubscribe(deps, left);
  expect([rows.size, made.size]).toEqual([0, 0]);
});

test('administrators of two projects do not share a subscription to all projects', async () => {
  await subscribe(deps, requestOf({ all_projects: true }));
  const other = requestOf({ all_projects: true, project_id: 'b' });
  await expect(subscribe(deps, other)).rejects.toMatchObject({ code: 'conflict' });
});

test('a late deletion does not delete what another project has claimed since', async () => {
  const { subscription } = await subscribe(deps, requestOf());
  await unsubscribe(deps, subscription);
  await subscribe(deps, requestOf({ project_id: 'b' }));
  await unsubscribe(deps, subscription);
  expect([...rows.values()].map(({ project_id }) => project_id)).toEqual(['b']);
  expect(made.size).toBe(1);
});

test('a subscription that is requested again during its deletion exists or not, never in part', async () => {
  const { subscription } = await subscribe(deps, requestOf());
  await Promise.all([unsubscribe(deps, subscription), subscribe(deps, requestOf())]);
  expect(rows.size).toBe(made.size);
});

/** Counters that allow this many requests. */
const requests = ({ project = 9, endpoint = 9 }) => {
  const counted: string[] = [];
  const count = (most: number) => async (id: string) => {
    const before = counted.filter((each) => each === id).length;
    if (before < most) counted.push(id);
    return before < most;
  };
  return { counted, countRequestOf: { project: count(project), endpoint: count(endpoint) } };
};

test('an endpoint is not requested twice in the cool-down, also if its subscription was deleted', async () => {
  const cool = { ...deps, ...requests({ endpoint: 1 }) };
  const { subscription } = await subscribe(cool, requestOf());
  const asleep = {
    ...cool,
    subscribeTo: async () => expect.unreachable('SNS would send it another confirmation'),
  };
  expect(await subscribe(asleep, requestOf())).toEqual({ subscription, created: false });
  await unsubscribe(cool, subscription);
  const refused = { code: 'conflict', headers: { 'Retry-After': '300' } };
  for (const project_id of ['a', 'b']) {
    await expect(subscribe(asleep, requestOf({ project_id }))).rejects.toMatchObject(refused);
  }
  expect(rows.size).toBe(0);
});

test('a request that died before SNS answered is finished by the first request after the cool-down', async () => {
  const cool = { ...dying('subscribeTo'), ...requests({ endpoint: 1 }) };
  await expect(subscribe(cool, requestOf())).rejects.toThrow('died');
  await expect(subscribe(cool, requestOf())).rejects.toMatchObject({ code: 'conflict' });
  expect(await subscribe(deps, requestOf())).toMatchObject({ created: false });
});

test('a project that made its requests of an hour is refused more', async () => {
  const few = { ...deps, ...requests({ project: 1 }) };
  await subscribe(few, requestOf());
  const another = requestOf({ endpoint: 'https://b.example/' });
  await expect(subscribe(few, another)).rejects.toMatchObject({
    ...{ code: 'forbidden', headers: { 'Retry-After': '3600' } },
  });
  expect(rows.size).toBe(1);
  await subscribe(few, requestOf({ endpoint: 'https://b.example/', project_id: 'b' }));
});

test('requests for queues and functions are not counted: SNS sends them no confirmation', async () => {
  const none = requests({ project: 0, endpoint: 0 });
  const endpoint = 'arn:aws:sqs:eu-west-1:123456789012:own';
  await subscribe({ ...deps, ...none }, requestOf({ protocol: 'sqs', endpoint }));
  expect(none.counted).toEqual([]);
});

test('a request is counted once, also if another writer is faster', async () => {
  const { counted, countRequestOf } = requests({});
  let losses = 2;
  const claim: SubscribeDeps['claim'] = async (row) => losses-- <= 0 && deps.claim(row);
  await subscribe({ ...deps, countRequestOf, claim }, requestOf());
  expect(counted).toHaveLength(2);
});
