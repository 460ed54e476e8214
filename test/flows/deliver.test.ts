import { expect, test } from 'vitest';
import { firingOf, type OutboxRow } from '../../domain/alarms/firing.ts';
import type { WebhookMessage } from '../../domain/delivery/webhook.ts';
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
  const steps: string[] = [];
  const deps = {
    sendWebhooks: async (given: readonly WebhookMessage[]) => {
      webhooks.push(...given);
    },
    publish,
    markDelivered: async (given: readonly OutboxRow[]) => {
      marked.push(...given);
    },
    interrupted: (step: string) => {
      steps.push(step);
    },
  };
  return { deps, marked, webhooks, steps };
}

test('what was published is marked', async () => {
  const { deps, marked, steps } = depsOf(async (given) => given);
  expect(await deliver(deps, rows)).toBe(3);
  expect(marked).toEqual(rows);
  expect(steps).toEqual([]);
});

test('what the topic refused is not marked, and noted', async () => {
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

test('a row whose body cannot be parsed is left, and the others are delivered', async () => {
  const { deps, marked, steps } = depsOf(async (given) => given);
  expect(await deliver(deps, [{ ...hooked, body: '{' }, ...rows])).toBe(3);
  expect(marked).toEqual(rows);
  expect(steps).toEqual(['webhooks of a row']);
});
