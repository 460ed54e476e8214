import { expect, test } from 'vitest';
import { firingOf } from '../../domain/alarms/firing.ts';
import type { OutboxRow } from '../../domain/alarms/outbox-row.ts';
import type { WebhookMessage } from '../../domain/delivery/webhook.ts';
import type { GroupMessage } from '../../domain/events/messages.ts';
import { deliver } from '../../flows/deliver.ts';
import { alarmWith } from '../domain/alarms/alarms.ts';
import { eventWith } from '../domain/events/events.ts';
import { id, minute } from '../domain/rows.ts';

const rowOf = (n: number, insufficient_data_actions: string[] = []): OutboxRow =>
  firingOf(
    alarmWith({ alarm_id: id(n), insufficient_data_actions }),
    eventWith(),
    { kind: 'notice', reason: '' },
    minute(0),
  ).row;
const rows = [rowOf(1), rowOf(2), rowOf(3)];

function depsOf(publish: (given: readonly OutboxRow[]) => Promise<readonly OutboxRow[]>) {
  const marked: OutboxRow[] = [];
  const webhooks: WebhookMessage[] = [];
  const groups: GroupMessage[] = [];
  const steps: string[] = [];
  const deps = {
    sendWebhooks: async (given: readonly WebhookMessage[]) => {
      webhooks.push(...given);
    },
    sendGroups: async (given: readonly GroupMessage[]) => {
      groups.push(...given);
    },
    publish,
    markDelivered: async (given: readonly OutboxRow[]) => {
      marked.push(...given);
    },
    interrupted: (step: string) => {
      steps.push(step);
    },
  };
  return { deps, marked, webhooks, groups, steps };
}

test('published rows are marked', async () => {
  const { deps, marked, steps } = depsOf(async (given) => given);
  expect(await deliver(deps, rows)).toBe(3);
  expect(marked).toEqual(rows);
  expect(steps).toEqual([]);
});

test('rows that the topic refused are not marked, and logged', async () => {
  const { deps, marked, steps } = depsOf(async (given) => given.slice(0, 2));
  expect(await deliver(deps, rows)).toBe(2);
  expect(marked).toEqual(rows.slice(0, 2));
  expect(steps).toEqual(['publish']);
});

test('a topic that throws leaves all rows to the sweeper, and does not throw', async () => {
  const { deps, marked, steps } = depsOf(async () => {
    throw new Error('gone');
  });
  expect(await deliver(deps, rows)).toBe(0);
  expect(marked).toEqual([]);
  expect(steps).toEqual(['delivery']);
});

test('a mark that fails is logged, and does not throw', async () => {
  const { deps, steps } = depsOf(async (given) => given);
  const markDelivered = async () => {
    throw new Error('gone');
  };
  await deliver({ ...deps, markDelivered }, rows);
  expect(steps).toEqual(['delivery']);
});

test('without rows nothing is published', async () => {
  const { deps } = depsOf(async () => expect.unreachable());
  expect(await deliver(deps, [])).toBe(0);
});

const hooked = rowOf(4, ['https://a.example/', 'https://b.example/']);

test('webhooks are queued before anything is published or marked', async () => {
  const { deps, marked, webhooks } = depsOf(async (given) => {
    expect(webhooks).toHaveLength(2);
    return given;
  });
  expect(await deliver(deps, [hooked, ...rows])).toBe(4);
  expect(webhooks.map(({ action }) => action)).toEqual(hooked.actions);
  expect(marked).toEqual([hooked, ...rows]);
});

test('rows whose webhooks cannot be queued are left to the sweeper, the others are delivered', async () => {
  const { deps, marked, steps } = depsOf(async (given) => given);
  const sendWebhooks = async () => {
    throw new Error('gone');
  };
  expect(await deliver({ ...deps, sendWebhooks }, [hooked, ...rows])).toBe(3);
  expect(marked).toEqual(rows);
  expect(steps).toEqual(['webhooks']);
});

test('a row whose body cannot be parsed is skipped, and the others are delivered', async () => {
  const { deps, marked, steps } = depsOf(async (given) => given);
  expect(await deliver(deps, [{ ...hooked, body: '{' }, ...rows])).toBe(3);
  expect(marked).toEqual(rows);
  expect(steps).toEqual(['webhooks of a row']);
});

const fault_id = id(50);
const ofFault = rows.map((row): OutboxRow => ({ ...row, fault_id, grouped: true }));

test('if groups are requested, the firings of a fault are named in one message for the fault and project', async () => {
  const { deps, marked, groups } = depsOf(async (given) => {
    expect(groups).toHaveLength(2);
    return given;
  });
  const elsewhere = ofFault.map((row) => ({ ...row, on_behalf_of: 'b' }));
  expect(await deliver(deps, [...ofFault, ...elsewhere, ...rows])).toBe(9);
  const keys = ofFault.map(({ event_id, alarm_id }) => ({ event_id, alarm_id }));
  expect(groups).toEqual([
    { group: { project_id: 'a', fault_id }, rows: keys },
    { group: { project_id: 'b', fault_id }, rows: keys },
  ]);
  expect(marked).toHaveLength(9);
});

test('an action that requests groups is in the group of the fault, and in its own group without a fault', async () => {
  const actions = ['https://a.example/?doctor-group=fault', 'https://b.example/'];
  const { deps, webhooks, groups } = depsOf(async (given) => given);
  await deliver(deps, [{ ...rowOf(5, actions), fault_id }]);
  expect(webhooks.map(({ action }) => action)).toEqual(['https://b.example/']);
  expect(groups).toMatchObject([{ rows: [{ alarm_id: id(5) }] }]);
  await deliver(deps, [rowOf(6, actions)]);
  expect(groups).toHaveLength(1);
  expect(webhooks[1]).toMatchObject({
    ...{ action: actions[0], event_id: rowOf(6).event_id },
    body: { group: 'fault', fault_id: null, notifications: [{ alarm_id: id(6) }] },
  });
});

test('rows whose group cannot be queued are left to the sweeper, the others are delivered', async () => {
  const { deps, marked, steps } = depsOf(async (given) => given);
  const sendGroups = async () => {
    throw new Error('gone');
  };
  expect(await deliver({ ...deps, sendGroups }, [...ofFault, ...rows])).toBe(3);
  expect(marked).toEqual(rows);
  expect(steps).toEqual(['groups']);
});
