import { expect } from 'vitest';
import * as z from 'zod';
import { departureStore } from '../../adapters/servers/departures.ts';
import type { Executor } from '../../domain/servers/evacuation.ts';
import { dynamodb } from '../stack/stack.ts';
import { answerOf, type cloud, ok } from './cloud.ts';
import { type Disturbance, hows } from './disturbance.ts';
import { makeWorld, type Outcome, type World } from './world.ts';

export const worldWith = (executor: Executor) => makeWorld({ EVACUATION_EXECUTOR: executor });
export type Nova = ReturnType<typeof cloud>;

/** A host that is down with one server that ran on it, and a target. */
export async function failedHost(nova: Nova, n = 0) {
  const [host, target] = [`h${n}`, `t${n}`];
  await nova.host(host);
  await nova.host(target);
  const [uuid = ''] = await nova.servers(host, 1);
  ok(await nova.down(host));
  return { host, target, uuid };
}
export type Place = Awaited<ReturnType<typeof failedHost>>;

/** An alarm on every change of a server to a state. */
export const alarmOn = (nova: Nova, uuid: string, state: string) => {
  const conditions = { 'traits.instance_id': uuid, 'traits.state': state };
  const query = Object.entries(conditions).map(([field, value]) => {
    return { field, op: 'eq', type: 'string', value };
  });
  return nova.alarm(uuid, {
    repeat_actions: true,
    event_rule: { event_type: 'compute.instance.update', query },
  });
};

/** The number of notifications about each server. */
export async function notificationsByServer(world: World): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { resource_id } of await world.received()) {
    counts[String(resource_id)] = (counts[String(resource_id)] ?? 0) + 1;
  }
  return counts;
}

const Audited = z.object({ message_id: z.string(), event_type: z.string() });

/** The ids of the operators' events of a type, each once. */
export async function audited(world: World, type: string): Promise<Set<string>> {
  const received = await world.things.events.receive(0, 0);
  const events = received.map(({ body }) => Audited.parse(body));
  return new Set(events.flatMap((each) => (each.event_type === type ? [each.message_id] : [])));
}

/** Expects that the records of evacuations agree: rows, copies, and the departures of each host. */
export async function expectBooks(
  world: World,
  nova: Nova,
  places: readonly Place[],
): Promise<void> {
  const { departures } = departureStore(dynamodb(), world.things.env.MIGRATIONS_TABLE);
  for (const { uuid, host } of places) {
    const row = await nova.row(uuid);
    const records = await nova.migrations({ instance_uuid: uuid });
    expect(records[0]).toMatchObject({
      uuid: row?.evacuation?.uuid,
      status: row?.evacuation?.status,
      dest_compute: row?.evacuation?.dest,
    });
    const moving = records.filter(({ status }) => status === 'accepted');
    expect(moving).toHaveLength(row?.evacuation?.status === 'accepted' ? 1 : 0);
    const done = records.filter(({ status }) => status === 'done');
    expect(row?.host).toBe(done.length > 0 ? done[0]?.dest_compute : host);
    expect((await departures(host)).done).toBe(done.length);
  }
}

export const cases = (steps: number): Disturbance[] =>
  hows.flatMap((how) => Array.from({ length: steps }, (_, n) => ({ how, at: n + 1 })));

/** True if the disturbed step was carried out. */
export const isThere = (step: number, { at, how }: Disturbance): boolean =>
  at > step || (at === step && how !== 'fails');

/** Status of an answer; 500 for a caller whose request died. */
export const statusOf = (outcome: Outcome): number =>
  outcome.kind === 'done' && outcome.result !== undefined ? answerOf(outcome).status : 500;

export const statesOf = (row: Awaited<ReturnType<Nova['row']>>) => [
  ...[row?.host, row?.vm_state, row?.task_state, row?.evacuation?.status],
];

export const calls = ['UpdateItem', 'TransactWriteItems', 'SendMessageBatch'];
