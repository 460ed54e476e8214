/** The cost of a fault of a host with 1,000 instances, each with its own alarm. */
import { expect, test } from 'vitest';
import { cloud, ok } from './cloud.ts';
import { counting, seedAlarms, seedServers } from './costs.ts';
import type { Prepare } from './invoke.ts';
import { makeWorld, type Outcome } from './world.ts';

type Costs = Record<string, number>;
const insert = 'BatchExecuteStatementCommand INSERT';
/** The exact counts. Rows that are only kept share requests if they are written in the same moment. */
const requests = ({ 'capacity units': _, [insert]: __, ...kinds }: Costs): Costs => kinds;
const sum = ({ 'capacity units': _, ...kinds }: Costs) =>
  Object.values(kinds).reduce((all, one) => all + one, 0);

/** The operators' topic has no subscriber, as on a stack without an audit. */
const withoutAudience: Prepare = ({ sns }) =>
  sns.middlewareStack.add(
    (next, context) => async (args) => {
      const answer = await next(args);
      if (context.commandName === 'GetTopicAttributesCommand') {
        Object.assign(answer.output, { Attributes: { SubscriptionsConfirmed: '0' } });
      }
      return answer;
    },
    { step: 'initialize' },
  );

test('1,000 instances with an alarm each: at most 700 requests until all is done', async () => {
  await using world = await makeWorld();
  const nova = cloud(world);
  await nova.host('h');
  await world.evaluate();
  const uuids = await seedServers(world, 'h', 1_000);
  const rule = { event_type: 'compute.instance.update', query: [] };
  await seedAlarms(
    world,
    uuids.map((resource_id) => ({ resource_id, rule })),
  );
  await world.skipRecords();

  const costs: Record<'report' | 'alarms' | 'safe' | 'finish' | 'copies', Costs> = {
    ...{ report: {}, alarms: {}, safe: {}, finish: {}, copies: {} },
  };
  const all = async (
    step: (prepare: Prepare) => Promise<Outcome | undefined>,
    of: Costs,
  ): Promise<void> => {
    const prepare: Prepare = (clients) => {
      withoutAudience(clients);
      counting(of)(clients);
    };
    for (let idle = 0; idle < 2; ) {
      const outcome = await step(prepare);
      if (outcome) expect(outcome.kind).toBe('done');
      idle = outcome ? 0 : idle + 1;
    }
  };
  ok(await nova.down('h', undefined, counting(costs.report)));
  await all((prepare) => world.evaluateLane('fault', undefined, prepare), costs.alarms);
  await all((prepare) => world.reconcile(undefined, prepare), costs.safe);
  await all((prepare) => world.finish(undefined, prepare), costs.finish);
  await all((prepare) => world.evaluateLane('fault', undefined, prepare), costs.copies);

  // Each stage by kind. The index shows whole rows, so none is read. The first 75 instances are written with
  // the host, and their events sent beside it, in two messages; the others by the hundred, in messages of 50
  // events. A batch of the streams has 100 records, and a stream is read until it is empty.
  expect(requests(costs.report)).toEqual({
    ...{ GetItemCommand: 1, QueryCommand: 2 },
    ...{ TransactWriteItemsCommand: 38, SendMessageBatchCommand: 11 },
  });
  // Of each message: counts, one lookup of all keys, and the alarms; of the first two the proof that the
  // report was written.
  expect(requests(costs.alarms)).toEqual({
    ...{ QueryCommand: 21, BatchGetItemCommand: 42, GetItemCommand: 2 },
    ...{ TransactWriteItemsCommand: 101, PublishBatchCommand: 101 },
    // The marks, and the counts of the minute.
    ...{ 'BatchExecuteStatementCommand UPDATE': 41, UpdateItemCommand: 21 },
  });
  // Of each message the rows in the feed of changes, for the project and for administrators.
  expect(costs.alarms[insert]).toBeLessThanOrEqual(21);
  expect(requests(costs.finish)).toEqual({
    ...{ GetItemCommand: 1, QueryCommand: 2, BatchGetItemCommand: 10 },
  });
  // The same reads again, the rows that were written, and no write. The copy of the host's event has its
  // own message, which needs no lookup.
  expect(requests(costs.copies)).toEqual({ QueryCommand: 21, BatchGetItemCommand: 43 + 21 });
  expect(costs.safe).not.toHaveProperty('PublishBatchCommand');
  // One call for each of some 16 batches: two rows in the feed of changes, and the events for
  // previews of alarms.
  expect(costs.safe[insert]).toBeLessThanOrEqual(17);
  expect(sum(costs.safe)).toBeLessThanOrEqual(80);
  const stages = Object.values(costs).map(sum);
  expect(stages.reduce((total, stage) => total + stage, 0)).toBeLessThanOrEqual(700);
  expect(await world.received()).toHaveLength(1_000);
});
