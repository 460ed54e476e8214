/** Events that are kept for previews of alarms, in a real table. */

import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rowKeeper } from '../../adapters/activity/activity-rows.ts';
import { eventKeeper, recentEventReader } from '../../adapters/activity/recent-events.ts';
import type { DoctorEvent } from '../../domain/events/event.ts';
import { eventWith } from '../domain/events/events.ts';
import { type OwnThings, ownThings } from '../stack/own-tables.ts';
import { dynamodb } from '../stack/stack.ts';

let own: OwnThings;
const client = dynamodb();
beforeAll(async () => {
  own = await ownThings();
});
afterAll(async () => {
  client.destroy();
  await own.cleanup();
});

const at = (minute: number): string => `2026-01-01T00:${String(minute).padStart(2, '0')}:00.000Z`;
const eventOf = (project: string, minute: number, name = 'web'): DoctorEvent => ({
  ...eventWith(['project_id', 1, project], ['host', 1, 'compute-1'], ['name', 1, name]),
  ...{ message_id: `${project}-${minute}-${name.length}`, accepted_at: at(minute) },
});
const keeper = () =>
  eventKeeper(rowKeeper(client, own.env.ACTIVITY_TABLE), () => Date.parse(at(59)));
const reader = () => recentEventReader(client, own.env.ACTIVITY_TABLE);
const idsOf = async (project: string, from: string) => {
  const { events, since } = await reader().recentEvents(project, from);
  return { ids: events.map(({ message_id }) => message_id), since };
};

test('a project reads its own events only, the newest first, from a moment on', async () => {
  await keeper().keepEvents([eventOf('a', 1), eventOf('b', 2), eventOf('a', 3)]);
  await keeper().keepEvents([eventOf('a', 5)]);
  expect(await idsOf('a', at(0))).toEqual({ ids: ['a-5-3', 'a-3-3', 'a-1-3'], since: at(0) });
  expect(await idsOf('a', at(4))).toEqual({ ids: ['a-5-3'], since: at(4) });
  expect(await idsOf('b', at(0))).toEqual({ ids: ['b-2-3'], since: at(0) });
  expect(await idsOf('c', at(0))).toEqual({ ids: [], since: at(0) });
  const { events } = await reader().recentEvents('a', at(5));
  expect(events[0]?.traits).toEqual([
    ['project_id', 1, 'a'],
    ['name', 1, 'web'],
  ]);
});

test('a batch that is delivered again changes nothing, and its row expires after a day', async () => {
  const batch = [eventOf('r', 1), eventOf('r', 2)];
  await keeper().keepEvents(batch);
  await keeper().keepEvents(batch);
  const { Items: rows } = await client.send(
    new QueryCommand({
      TableName: own.env.ACTIVITY_TABLE,
      KeyConditionExpression: '#scope = :scope',
      ExpressionAttributeNames: { '#scope': 'scope' },
      ExpressionAttributeValues: { ':scope': 'events#r' },
    }),
  );
  expect(rows?.map(({ expires_at }) => expires_at)).toEqual([Date.parse(at(59)) / 1_000 + 86_400]);
});

test('events from outside are read, too; what comes again is there once, and no tenant sees a host', async () => {
  await keeper().keepEvents([eventOf('o', 1)]);
  await keeper().keepEvents([eventOf('o', 3), eventOf('o', 4)], 'urgent');
  await keeper().keepEvents([eventOf('o', 2), eventOf('p', 2)], 'bulk');
  await keeper().keepEvents([eventOf('o', 2), eventOf('p', 2)], 'bulk');
  expect(await idsOf('o', at(0))).toEqual({
    ids: ['o-4-3', 'o-3-3', 'o-2-3', 'o-1-3'],
    since: at(0),
  });
  const { events } = await reader().recentEvents('o', at(0));
  expect(JSON.stringify(events)).not.toContain('compute-1');
});

test('many events of one source hide none of another; the read says since when all were read', async () => {
  const many = Array.from({ length: 5_100 }, (_, n) => ({
    ...eventOf('m', 1 + Math.floor(n / 100)),
    message_id: `m-${n}`,
  }));
  await keeper().keepEvents(many, 'bulk');
  await keeper().keepEvents([eventOf('m', 0)], 'urgent');
  const { ids, since } = await idsOf('m', at(0));
  expect({ count: ids.length, last: ids.at(-1), since }).toEqual({
    ...{ count: 5_001, last: 'm-0-3', since: at(2) },
  });
});
