/** The sweeper: it sends the notifications that were recorded and not sent. */

import { expect, test } from 'vitest';
import { firingOf } from '../../../domain/alarms/firing.ts';
import type { OutboxRow } from '../../../domain/alarms/outbox-row.ts';
import type { RowKey } from '../../../flows/written-before.ts';
import { type SweepCounts, sweeper as sweeperOf } from '../../../functions/sweeper/handler.ts';
import { alarmWith } from '../../domain/alarms/alarms.ts';
import { eventWith } from '../../domain/events/events.ts';
import { minute } from '../../domain/rows.ts';
import { rawSample } from '../../events/samples.ts';
import { lambdaContext as context } from '../call.ts';
import { logbook } from './lambda.ts';

const { row } = firingOf(alarmWith(), eventWith(), { kind: 'notice', reason: '' }, minute(0));

test('the sweeper publishes rows that no evaluator can still publish, and marks them', async () => {
  const asked: string[] = [];
  const [published, marked, counts]: [OutboxRow[], RowKey[], SweepCounts[]] = [[], [], []];
  const handler = sweeperOf({
    undelivered: async (before) => {
      asked.push(before);
      return [row];
    },
    sendWebhooks: async () => expect.unreachable(),
    sendGroups: async () => expect.unreachable(),
    undeliveredGroups: async () => [],
    publishGroup: async () => expect.unreachable(),
    publish: async (rows) => {
      published.push(...rows);
      return rows;
    },
    markDelivered: async (rows) => {
      marked.push(...rows);
    },
    noteChanges: async () => {},
    countSent: async () => {},
    interrupted: () => expect.unreachable(),
    endSilences: async () => ({ released: 0 }),
    evaluatorTimeoutSeconds: 20,
    now: () => Date.parse(minute(1)),
    count: (notices) => counts.push(notices),
    log: logbook().log,
  });
  await handler(rawSample('schedule/sweep.json'), context);
  expect(asked).toEqual(['2026-01-01T00:00:30.000Z']);
  expect({ published, marked }).toEqual({ published: [row], marked: [row] });
  expect(counts).toEqual([{ found: 1 }, { published: 1 }]);
});

test('rows that cannot be published are still counted as undelivered', async () => {
  const counts: SweepCounts[] = [];
  const handler = sweeperOf({
    undelivered: async () => [row],
    sendWebhooks: async () => expect.unreachable(),
    sendGroups: async () => expect.unreachable(),
    undeliveredGroups: async () => [],
    publishGroup: async () => expect.unreachable(),
    publish: async () => [],
    markDelivered: async () => {},
    noteChanges: async () => {},
    countSent: async () => {},
    interrupted: () => {},
    endSilences: async () => ({ released: 0 }),
    evaluatorTimeoutSeconds: 20,
    now: () => Date.parse(minute(1)),
    count: (notices) => counts.push(notices),
    log: logbook().log,
  });
  await handler(rawSample('schedule/sweep.json'), context);
  expect(counts).toEqual([{ found: 1 }, { published: 0 }]);
});
