import { expect, test } from 'vitest';
import { firingOf } from '../../domain/alarms/firing.ts';
import type { OutboxRow } from '../../domain/alarms/outbox-row.ts';
import type { GroupRow } from '../../domain/delivery/group.ts';
import { GroupBody } from '../../domain/delivery/group-body.ts';
import type { WebhookMessage } from '../../domain/delivery/webhook.ts';
import { type SendGroupsDeps, sendGroups } from '../../flows/send-groups.ts';
import type { RowKey } from '../../flows/written-before.ts';
import { alarmWith } from '../domain/alarms/alarms.ts';
import { eventWith } from '../domain/events/events.ts';
import { id, minute } from '../domain/rows.ts';

const group = { project_id: 'a', fault_id: id(50) };
const pager = 'https://pager.example/?doctor-group=fault';

const rowOf = (n: number): OutboxRow => {
  const event = { ...eventWith(['resource_id', 1, `vm-${n}`]), ...group, message_id: `m-${n}` };
  const alarm = alarmWith({ alarm_id: id(n), alarm_actions: [pager] });
  const decision = { kind: 'transition', to: 'alarm', reason: '' } as const;
  return { ...firingOf(alarm, event, decision, minute(0)).row, grouped: true };
};
const keyOf = ({ event_id, alarm_id }: RowKey) => ({ event_id, alarm_id });

/** The firings of some servers, and their groups. `shown`: the firings that the index shows. */
function world(count: number, shown = count) {
  const fired = Array.from({ length: count }, (_, n) => rowOf(n + 1));
  const made: GroupRow[] = [];
  const published: GroupBody[] = [];
  const webhooks: WebhookMessage[] = [];
  const delivered: RowKey[] = [];
  const steps: string[] = [];
  const state: { meanwhile: (() => unknown) | undefined } = { meanwhile: undefined };
  const deps: SendGroupsDeps = {
    groupsOf: async () => ({
      count: made.length,
      members: new Set(made.flatMap(({ members }) => members)),
    }),
    firedSince: async () => fired.slice(0, shown).map(keyOf),
    firedRows: async (_, keys) =>
      fired.filter((row) => keys.some((key) => key.alarm_id === row.alarm_id)),
    addGroup: async (row) => {
      const others = state.meanwhile;
      state.meanwhile = undefined;
      await others?.();
      if (made.some(({ alarm_id }) => alarm_id === row.alarm_id)) return false;
      made.push(row);
      return true;
    },
    sendWebhooks: async (given) => {
      webhooks.push(...given);
    },
    publishGroup: async ({ publication }) => {
      if (publication) published.push(GroupBody.parse(JSON.parse(publication.body)));
    },
    markDelivered: async (rows) => {
      delivered.push(...rows);
    },
    interrupted: (step) => {
      steps.push(step);
    },
    now: () => minute(1),
  };
  /** The message that names the n-th firings. */
  const send = (numbers: readonly number[], given: Partial<SendGroupsDeps> = {}) => {
    const rows = numbers.flatMap((n) => fired.slice(n - 1, n).map(keyOf));
    return sendGroups({ ...deps, ...given }, { group, rows });
  };
  const resources = () =>
    published.map((body) => body.resources.map(({ resource_id }) => resource_id));
  return { fired, made, published, webhooks, delivered, steps, state, send, resources };
}

test('firings of the same time are one message, whichever of them the queued message names', async () => {
  const { send, resources, webhooks, delivered, made } = world(3);
  expect(await send([1])).toBe(1);
  expect(resources()).toEqual([['vm-1', 'vm-2', 'vm-3']]);
  expect(webhooks).toMatchObject([{ action: pager, body: { number: 1 } }]);
  expect(delivered).toEqual(made);
  expect(await send([2, 3])).toBe(0);
  expect(await send([1])).toBe(0);
  expect(resources()).toHaveLength(1);
});

test('a firing that the index does not show yet is in the group of its own message', async () => {
  const { send, resources } = world(3, 2);
  await send([1]);
  await send([3]);
  expect(resources()).toEqual([['vm-1', 'vm-2'], ['vm-3']]);
});

test('of two senders at once, one makes the group, and the other has nothing left', async () => {
  const { send, resources, state } = world(3);
  state.meanwhile = () => send([2]);
  expect(await send([1])).toBe(0);
  expect(resources()).toEqual([['vm-1', 'vm-2', 'vm-3']]);
});

test('of two senders at once with different firings, each is sent once', async () => {
  const { send, resources, state } = world(3, 0);
  state.meanwhile = () => send([2]);
  expect(await send([1, 3])).toBe(1);
  expect(resources()).toEqual([['vm-2'], ['vm-1', 'vm-3']]);
});

test.each(['sendWebhooks', 'publishGroup', 'markDelivered'] as const)(
  'a group whose %s fails stays written and unmarked, and is not made again',
  async (call) => {
    const { send, made, delivered, steps } = world(2);
    const gone = async () => {
      throw new Error('gone');
    };
    expect(await send([1], { [call]: gone })).toBe(0);
    expect(steps).toEqual(['group']);
    expect(await send([1])).toBe(0);
    expect(made).toHaveLength(1);
    expect(delivered).toEqual([]);
  },
);

test('a group that cannot be written throws, so that its message is received again', async () => {
  const { send, published } = world(1);
  const addGroup = async () => {
    throw new Error('gone');
  };
  await expect(send([1], { addGroup })).rejects.toThrow('gone');
  expect(published).toEqual([]);
  expect(await send([1])).toBe(1);
});
