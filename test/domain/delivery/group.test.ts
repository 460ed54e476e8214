import { describe, expect, test } from 'vitest';
import type { Alarm } from '../../../domain/alarms/alarm.ts';
import { firingOf } from '../../../domain/alarms/firing.ts';
import { heldRow, type OutboxRow } from '../../../domain/alarms/outbox-row.ts';
import {
  groupMessages,
  isGroupable,
  isGroupOfOne,
  newGroups,
  publicationOf,
} from '../../../domain/delivery/group.ts';
import { GroupBody, memberOf } from '../../../domain/delivery/group-body.ts';
import { alarmsOfWebhook, groupOfOne, rowOfWebhook } from '../../../domain/delivery/webhook.ts';
import { alarmWith } from '../alarms/alarms.ts';
import { eventWith } from '../events/events.ts';
import { id, minute } from '../rows.ts';

const fault_id = id(50);
const group = { project_id: 'a', fault_id };
const now = minute(9);

/** The firing of the n-th alarm for the n-th server. */
function rowOf(n: number, given: Partial<Alarm> = {}, more: Partial<OutboxRow> = {}): OutboxRow {
  const server = `vm-${n}`;
  const event = {
    ...eventWith(['project_id', 1, 'a'], ['resource_id', 1, server], ['display_name', 1, `w-${n}`]),
    ...{ message_id: `m-${n}`, fault_id },
  };
  const alarm = alarmWith({ alarm_id: id(n), name: `alarm ${n}`, ...given });
  const decision = { kind: 'transition', to: 'alarm', reason: 'because' } as const;
  return { ...firingOf(alarm, event, decision, minute(n)).row, grouped: true, ...more };
}

const make = (rows: readonly OutboxRow[], number = 1) =>
  newGroups({ ...group, number, now, unreadable: () => expect.unreachable() }, rows);
const bodyOf = (publication: { body: string } | undefined) =>
  GroupBody.parse(JSON.parse(publication?.body ?? '{}'));

describe('the message of a group', () => {
  test('lists what a fault fired in its order, each resource once with its name', () => {
    const second = rowOf(2, { severity: 'critical' });
    const again = { ...rowOf(3), body: rowOf(2).body.replaceAll(id(2), id(3)) };
    const [made, ...more] = make([again, second, rowOf(1)]);
    expect(more).toEqual([]);
    const body = bodyOf(made?.publication);
    expect(body).toMatchObject({
      ...{ group: 'fault', number: 1, project_id: 'a', fault_id, created_at: now },
      ...{ severity: 'critical', reason: '3 alarms fired on 2 resources because of one fault.' },
      resources: [
        { resource_id: 'vm-1', name: 'w-1' },
        { resource_id: 'vm-2', name: 'w-2' },
      ],
    });
    expect(body.notifications[0]).toEqual({
      ...{ alarm_id: id(1), alarm_name: 'alarm 1', severity: 'low' },
      ...{ previous: 'insufficient data', current: 'alarm', resource_id: 'vm-1' },
      ...{ event_type: 'compute.instance.update', notification_id: made?.members[0] },
    });
    expect(made).toMatchObject({ event_id: `group#${fault_id}#a`, alarm_id: '000001' });
  });

  test('always has the same id, and different groups have different ids', () => {
    const ids = [make([rowOf(1)]), make([rowOf(1)]), make([rowOf(1)], 2)].map(
      ([made]) => bodyOf(made?.publication).group_id,
    );
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
  });

  test('has all values of its notifications as attributes, so that a filter needs one of them', () => {
    const [made] = make([rowOf(1, { severity: 'critical' }), rowOf(2)]);
    expect(made?.publication?.attributes).toEqual({
      ...{ project_id: 'a', severity: ['critical', 'low'], current: ['alarm'] },
      event_type: ['compute.instance.update'],
    });
  });

  test('says that no fault caused it, if none did', () => {
    const body = groupOfOne(rowOf(1));
    expect(body).toMatchObject({
      number: 1,
      fault_id: null,
      reason: '1 alarm fired on 1 resource.',
    });
    expect(groupOfOne(rowOf(1))).toEqual(body);
    expect(publicationOf({ ...body, project_id: '' }).attributes).not.toHaveProperty('project_id');
  });

  test('takes the notification of a round, which has no resource', () => {
    const { body } = rowOf(1);
    const { resource_id: _, event_type: __, ...rest } = JSON.parse(body);
    const reason_data = { type: 'threshold', disposition: 'outside', count: 1, most_recent: 1 };
    expect(memberOf(JSON.stringify({ ...rest, reason_data }))).toMatchObject({
      ...{ name: null, notification: { resource_id: null, event_type: null, alarm_id: id(1) } },
    });
  });
});

test('many that do not fit into one message are in several, of which each fits', () => {
  const name = 'é'.repeat(255);
  const rows = Array.from({ length: 900 }, (_, n) => rowOf(n, { name }));
  const made = make(rows);
  expect(made.length).toBeGreaterThan(1);
  expect(made.flatMap(({ members }) => members)).toHaveLength(900);
  expect(new Set(made.map(({ alarm_id }) => alarm_id)).size).toBe(made.length);
  for (const row of made) {
    expect(Buffer.byteLength(JSON.stringify(row))).toBeLessThan(390_000);
    expect(Buffer.byteLength(row.publication?.body ?? '')).toBeLessThan(240_000);
  }
});

const pager = 'https://pager.example/?doctor-group=fault';

test('each action gets the notifications of its own alarms; subscriptions those of projects with any', () => {
  const actions = { alarm_actions: [pager, 'https://each.example/'] };
  const [made] = make([
    rowOf(1, actions, { grouped: undefined }),
    rowOf(2, actions),
    rowOf(3),
    rowOf(4, { alarm_actions: ['https://other.example/?doctor-group=fault'] }),
  ]);
  expect(bodyOf(made?.publication).notifications.map(({ alarm_id }) => alarm_id)).toEqual(
    [2, 3, 4].map(id),
  );
  const of = made?.webhooks.map((webhook) => [webhook.action, alarmsOfWebhook(webhook)]);
  expect(of).toEqual([
    [pager, [1, 2].map(id)],
    ['https://other.example/?doctor-group=fault', [id(4)]],
  ]);
  const [webhook] = made?.webhooks ?? [];
  expect(webhook && rowOfWebhook(webhook)).toEqual({ event_id: 'm-1', alarm_id: id(1) });
});

test('without a subscription to groups there is nothing to publish', () => {
  const [made] = make([rowOf(1, { alarm_actions: [pager] }, { grouped: undefined })]);
  expect(made?.publication).toBeUndefined();
  expect(made?.webhooks).toHaveLength(1);
});

test('a row that cannot be read is left out, and reported', () => {
  const errors: unknown[] = [];
  const unreadable = (error: unknown) => errors.push(error);
  const rows = [rowOf(1, {}, { body: '{' }), rowOf(2)];
  const [made] = newGroups({ ...group, number: 1, now, unreadable }, rows);
  expect(made?.members).toHaveLength(1);
  expect(errors).toHaveLength(1);
});

test('rows that a silence holds or has dropped are in no group; all other notifications are', () => {
  const held = heldRow(rowOf(1), { silence_id: id(7), host: undefined });
  const { undelivered_shard: _, ...marked } = rowOf(1);
  expect([held, marked].map(isGroupable)).toEqual([false, false]);
  expect([rowOf(1), { ...marked, delivered_at: now }].map(isGroupable)).toEqual([true, true]);
  expect(isGroupable(rowOf(1, {}, { grouped: undefined }))).toBe(false);
});

test('firings without a fault, and firings without a request for groups, are in no message', () => {
  const { fault_id: _, ...faultless } = rowOf(1);
  expect(groupMessages([faultless, rowOf(2, {}, { grouped: undefined })])).toEqual([]);
  expect([faultless, rowOf(2)].map(isGroupOfOne)).toEqual([true, false]);
  const many = Array.from({ length: 130 }, (_, n) => rowOf(n));
  expect(groupMessages(many).map(({ rows }) => rows.length)).toEqual([100, 30]);
});
