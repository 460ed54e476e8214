/**
 * Groups in the history, the topics to which they are published, and the projects that request
 * groups.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { firings } from '../../adapters/alarms/firings.ts';
import { groupStore, undeliveredGroups } from '../../adapters/alarms/groups.ts';
import { outbox } from '../../adapters/alarms/outbox.ts';
import { alarmCounter } from '../../adapters/alarms/quotas.ts';
import { notifications } from '../../adapters/delivery/notifications.ts';
import { subscriptionStore } from '../../adapters/delivery/subscriptions.ts';
import { firingOf, groupedFiring } from '../../domain/alarms/firing.ts';
import { hasNotification } from '../../domain/alarms/outbox-row.ts';
import { newGroups } from '../../domain/delivery/group.ts';
import { claimOf } from '../../domain/delivery/subscription.ts';
import { alarmWith } from '../domain/alarms/alarms.ts';
import { eventWith } from '../domain/events/events.ts';
import { id, minute } from '../domain/rows.ts';
import { type OwnThings, ownThings } from '../stack/own-tables.ts';
import { dynamodb, sns } from '../stack/stack.ts';

const [dynamo, topics] = [dynamodb(), sns()];
let own: OwnThings;
beforeAll(async () => {
  own = await ownThings();
});
afterAll(async () => {
  await own.cleanup();
  dynamo.destroy();
  topics.destroy();
});

const unread = () => expect.unreachable();
const storesOf = () => {
  const { HISTORY_TABLE: table, ALARMS_TABLE: alarms, TIMERS_TABLE: timers } = own.env;
  return {
    ...firings(dynamo, { alarms, history: table, timers }),
    ...groupStore(dynamo, { table, interrupted: unread }),
    ...undeliveredGroups(dynamo, { table, interrupted: unread }),
    ...outbox(dynamo, { table, retentionDays: 30, interrupted: unread }),
    ...notifications(topics, {
      notifications: [own.env.NOTIFICATIONS_TOPIC_ARNS],
      groups: [own.env.GROUPS_TOPIC_ARNS],
    }),
  };
};
const fault_id = id(50);
const group = { project_id: 'a', fault_id };

/** The firing of the n-th alarm in the n-th minute. */
const firingAt = (n: number, more: { fault_id: string | null } = { fault_id }) => {
  const event = { ...eventWith(['resource_id', 1, `vm-${n}`]), ...more, message_id: `m-${n}` };
  const alarm = alarmWith({ alarm_id: id(n), repeat_actions: true });
  return groupedFiring(firingOf(alarm, event, { kind: 'notice', reason: '' }, minute(n)));
};

test('what a fault fired since a moment is found and read, and made a group once', async () => {
  const { fire, firedSince, firedRows, groupsOf, addGroup, undeliveredGroups, markDelivered } =
    storesOf();
  const fired = [1, 2, 3].map((n) => firingAt(n));
  await fire(fired.map(({ from, row }) => [{ from, to: undefined, row }]));
  const keys = await firedSince(group, minute(2));
  expect(keys.map(({ alarm_id }) => alarm_id)).toEqual([id(2), id(3)]);
  expect(await firedSince({ ...group, project_id: 'b' }, minute(0))).toEqual([]);
  expect(await firedRows({ ...group, project_id: 'b' }, keys)).toEqual([]);
  const rows = await firedRows(group, keys);
  expect(rows.map(({ grouped }) => grouped)).toEqual([true, true]);
  const making = { ...group, number: 1, now: minute(4), unreadable: unread };
  const [made, ...more] = newGroups(making, rows);
  if (!made) throw new Error('no group');
  expect(more).toEqual([]);
  expect([await addGroup(made), await addGroup(made)]).toEqual([true, false]);
  expect(await groupsOf(group)).toEqual({ count: 1, members: new Set(made.members) });
  expect(await groupsOf({ ...group, project_id: 'b' })).toEqual({ count: 0, members: new Set() });
  expect(await undeliveredGroups(minute(4))).toEqual([]);
  expect(await undeliveredGroups(minute(5))).toEqual([made]);
  await markDelivered([made]);
  expect(await undeliveredGroups(minute(5))).toEqual([]);
  expect((await groupsOf(group)).count).toBe(1);
});

test('a group is published to the topic of groups, and one without a fault also to that of notifications', async () => {
  const { publish, publishGroup } = storesOf();
  const { row } = firingAt(7, { fault_id: null });
  if (!hasNotification(row)) throw new Error('no notification');
  expect(await publish([row])).toEqual([row]);
  expect(await own.notifications.receive(1)).toMatchObject([{ body: { alarm_id: id(7) } }]);
  const [received] = await own.groups.receive(1);
  expect(received).toMatchObject({
    body: { group: 'fault', fault_id: null, notifications: [{ alarm_id: id(7) }] },
  });
  const [made] = newGroups(
    { ...group, number: 1, now: minute(9), unreadable: unread },
    [firingAt(8), firingAt(9)].flatMap((firing) =>
      hasNotification(firing.row) ? [firing.row] : [],
    ),
  );
  if (!made) throw new Error('no group');
  await publishGroup(made);
  const [sent] = await own.groups.receive(1);
  expect(sent?.body).toEqual(JSON.parse(made.publication?.body ?? ''));
  expect(await own.notifications.receive(0, 0)).toEqual([]);
});

test('a subscription to groups is listed for its project, or for all projects, as long as it exists', async () => {
  const { SUBSCRIPTIONS_TABLE: subscriptions, QUOTAS_TABLE: quotas } = own.env;
  const store = subscriptionStore(dynamo, { subscriptions, quotas });
  const { alarmCounts } = alarmCounter(dynamo, quotas);
  const wants = async () =>
    [...(await alarmCounts(['a', 'b']))].flatMap(([project, { grouped }]) =>
      grouped ? [project] : [],
    );
  const claim = (n: number, more: { group?: 'fault'; all_projects?: boolean }) =>
    claimOf(
      {
        ...{ protocol: 'https', endpoint: `https://a.example/${n}`, project_id: 'a', filter: {} },
        ...{ all_projects: false, raw_message_delivery: false, ...more },
      },
      minute(n),
    );
  const single = claim(1, {});
  const ofProject = claim(2, { group: 'fault' });
  const all = claim(3, { group: 'fault', all_projects: true });
  expect([await store.claim(single), await wants()]).toEqual([true, []]);
  expect([await store.claim(ofProject), await wants()]).toEqual([true, ['a']]);
  expect([await store.claim(ofProject), await store.claim(all)]).toEqual([false, true]);
  expect(await wants()).toEqual(['a', 'b']);
  expect([await store.remove(all), await wants()]).toEqual([true, ['a']]);
  expect(await store.remove({ ...ofProject, revision: 2 })).toBe(false);
  expect([await store.remove(ofProject), await wants()]).toEqual([true, []]);
});
