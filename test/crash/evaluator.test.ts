import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { cloud, idsOf, ok } from './cloud.ts';
import type { Disturbance, How } from './disturbance.ts';
import { makeWorld, type World } from './world.ts';

/** Two instances, each with an alarm, and a report whose events wait in the queue. */
async function reported(world: World) {
  const nova = cloud(world);
  await nova.host('h');
  const uuids = await nova.servers('h', 2);
  const alarms = await Promise.all(uuids.map((uuid) => nova.alarm(uuid)));
  await world.recover();
  ok(await nova.down('h'));
  return { nova, uuids, alarms };
}

/**
 * The writes after a firing: the count of the minute, and rows in the feed of changes, for the
 * project and for administrators.
 */
const notes = ['UpdateItem', 'BatchExecuteStatement'];

test('an evaluation makes the writes and publishes of its table, and no other', async () => {
  await using world = await makeWorld();
  await reported(world);
  expect(await world.evaluate()).toMatchObject({
    kind: 'done',
    calls: ['TransactWriteItems', 'PublishBatch', 'BatchExecuteStatement', ...notes],
  });
});

type Row = {
  readonly at: number;
  readonly what: string;
  readonly how: How;
  readonly copies: number;
};
const rows: readonly Row[] = [
  { at: 1, what: 'the firings', how: 'fails', copies: 1 },
  { at: 1, what: 'the firings', how: 'succeeds without saying so', copies: 1 },
  { at: 1, what: 'the firings', how: 'is the last thing done', copies: 1 },
  { at: 2, what: 'the notifications', how: 'fails', copies: 1 },
  { at: 2, what: 'the notifications', how: 'succeeds without saying so', copies: 2 },
  { at: 2, what: 'the notifications', how: 'is the last thing done', copies: 2 },
  { at: 3, what: 'the marks', how: 'fails', copies: 2 },
  { at: 3, what: 'the marks', how: 'succeeds without saying so', copies: 1 },
  { at: 3, what: 'the marks', how: 'is the last thing done', copies: 1 },
];

test.each(rows)(
  'when writing $what $how, every alarm is notified, $copies times with one id',
  async ({ at, how, copies }) => {
    await using world = await makeWorld();
    const { alarms } = await reported(world);
    const outcome = await world.evaluate({ at, how });
    if (how === 'is the last thing done') expect(outcome?.kind).toBe('was killed');
    await world.recover();
    const ids = idsOf(await world.received());
    expect(ids).toHaveLength(2 * copies);
    expect(new Set(ids).size).toBe(2);
    expect(new Set(ids.map((id) => id.split(' ')[0]))).toEqual(new Set(alarms));
    await world.recover();
    expect(await world.received()).toEqual([]);
  },
);

const killed: Disturbance = { at: 1, how: 'is the last thing done' };

test('what an evaluator fired before it died is sent by the safe copies, once, and before any sweep', async () => {
  await using world = await makeWorld();
  const { alarms } = await reported(world);
  expect(await world.evaluate(killed)).toMatchObject({ kind: 'was killed' });
  // Long enough that its writer cannot be about to send it.
  await sleep(4_100);
  await world.reconcile();
  let outcome = await world.evaluate();
  for (; outcome; outcome = await world.evaluate()) expect(outcome.kind).toBe('done');
  const ids = idsOf(await world.received());
  expect(ids.map((id) => id.split(' ')[0]).sort()).toEqual([...alarms].sort());
  await world.recover();
  expect(await world.received()).toEqual([]);
});

test.each([
  { change: 'renamed', method: 'PUT', body: { name: 'renamed' } },
  { change: 'disabled', method: 'PUT', body: { name: 'stopped', enabled: false } },
  { change: 'deleted', method: 'DELETE', body: undefined },
] as const)(
  'an alarm that is $change between transition and publish is notified as it was',
  async ({ method, body }) => {
    await using world = await makeWorld();
    const { nova, uuids, alarms } = await reported(world);
    await world.evaluate(killed);
    const rule = { event_type: 'compute.instance.update', query: [] };
    for (const id of alarms) {
      const path = `/alarming/v2/alarms/${id}`;
      const full = body && { ...body, type: 'event', project_id: 'tenant', event_rule: rule };
      ok(await world.request({ method, path, ...(full && { body: full }) }));
    }
    await world.recover();
    const received = await world.received();
    expect(received.map(({ alarm_name }) => alarm_name)).toEqual(['stopped', 'stopped']);
    expect(new Set(received.map(({ resource_id }) => resource_id))).toEqual(new Set(uuids));
    expect(await nova.row(uuids[0] ?? '')).toMatchObject({ vm_state: 'stopped' });
  },
);

test('the safe copy after the tenant reset the alarm changes and notifies nothing', async () => {
  await using world = await makeWorld();
  const { alarms } = await reported(world);
  await world.evaluate();
  expect(await world.received()).toHaveLength(2);
  const path = `/alarming/v2/alarms/${alarms[0]}/state`;
  ok(await world.request({ method: 'PUT', path, body: '"ok"' }));
  await world.recover();
  expect(await world.received()).toEqual([]);
  expect(ok(await world.request({ path }))).toBe('ok');
});

test('an alarm renamed while a batch fires keeps its new name, and is notified once', async () => {
  await using world = await makeWorld();
  const { alarms } = await reported(world);
  const renamed = { name: 'renamed', type: 'event', project_id: 'tenant' };
  const event_rule = {
    event_type: 'compute.instance.update',
    query: [{ field: 'traits.state', op: 'eq', type: '', value: 'stopped' }],
  };
  let done = false;
  await world.evaluate(undefined, ({ dynamo }) =>
    dynamo.middlewareStack.add(
      (next, context) => async (args) => {
        if (context.commandName === 'TransactWriteItemsCommand' && !done) {
          done = true;
          const path = `/alarming/v2/alarms/${alarms[0]}`;
          const body = { ...renamed, event_rule };
          ok(await world.request({ method: 'PUT', path, body }));
        }
        return next(args);
      },
      { step: 'initialize' },
    ),
  );
  await world.recover();
  const received = await world.received();
  expect(new Set(idsOf(received)).size).toBe(received.length);
  const ofRenamed = received.filter(({ alarm_id }) => alarm_id === alarms[0]);
  expect(ofRenamed.length).toBeGreaterThan(0);
  expect(ofRenamed[0]).toMatchObject({ alarm_name: 'renamed', current: 'alarm' });
  const shown = ok(await world.request({ path: `/alarming/v2/alarms/${alarms[0]}` }));
  expect(shown).toMatchObject({ name: 'renamed', state: 'alarm' });
});

test('a mark that meets the transaction of the other lane is made again: no notification is sent twice', async () => {
  await using world = await makeWorld();
  await reported(world);
  let refused = 0;
  await world.evaluate(undefined, ({ dynamo }) =>
    dynamo.middlewareStack.add(
      (next) => async (args) => {
        const { input } = args;
        if (!('Statements' in input) || !input.Statements || refused > 0) return next(args);
        refused += 1;
        // AWS can give such an error for each statement; the embedded stack never does.
        const answer = await next({
          ...args,
          input: { ...input, Statements: [input.Statements[0]] },
        });
        const conflict = { Error: { Code: 'TransactionConflict' } };
        return Object.assign(answer, { output: { ...answer.output, Responses: [{}, conflict] } });
      },
      { step: 'initialize' },
    ),
  );
  await world.recover();
  expect(refused).toBe(1);
  expect(await world.received()).toHaveLength(2);
});
