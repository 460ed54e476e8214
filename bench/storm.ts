import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { inParallel } from '../adapters/in-parallel.ts';
import { slices } from '../domain/slices.ts';
import { readAccount } from '../scripts/stack/accounts.ts';
import { type Client, login } from '../scripts/stack/api.ts';
import type { Stack } from '../scripts/stack/bring-up.ts';
import { subscribe } from '../scripts/stack/subscriber.ts';
import type { Figure } from './figures.ts';
import { queuesOf } from './queues.ts';
import { ranks, watcherOf } from './watcher.ts';

/** The number of events in a storm. Nova sends this many at each full hour for as many servers. */
const events = 10_000;
/** Events in one request, and requests in flight, as Ceilometer's agents send them. */
const perList = 500;
const senders = 4;
const patienceMs = 600_000;

const Notification = z.object({
  reason_data: z.object({ event: z.object({ message_id: z.string() }) }),
});

/** The id of the event that a notification is about. */
const eventOf = (body: unknown): string => Notification.parse(body).reason_data.event.message_id;

/** Creates an alarm that each event of the type fires again. Returns its id. */
async function alarmOn(tenant: Client, event_type: string): Promise<string> {
  const { body } = await tenant.expect('POST', '/alarming/v2/alarms', {
    body: {
      name: 'storm',
      type: 'event',
      severity: 'low',
      repeat_actions: true,
      event_rule: { event_type },
    },
  });
  return z.object({ alarm_id: z.string() }).parse(body).alarm_id;
}

/** Sends the events of a storm. Returns their ids. */
async function sendStorm(
  admin: Client,
  project: string,
  event_type: string,
): Promise<ReadonlySet<string>> {
  const ids = Array.from({ length: events }, () => randomUUID());
  await inParallel(slices(ids, perList), senders, (list) =>
    admin.expect('POST', '/doctor/v1/events', {
      body: list.map((message_id) => ({
        message_id,
        event_type,
        traits: [
          ['project_id', 1, project],
          ['instance_id', 1, randomUUID()],
        ],
      })),
    }),
  );
  return new Set(ids);
}

/**
 * Sends 10,000 events of one project from outside, and reports a fault in that project and one in
 * another at the same time. One alarm fires for each event, so its notifications show that all
 * events were evaluated.
 */
export async function storm(stack: Stack, runs: number): Promise<Figure[]> {
  const admin = await login(stack.outputs.ApiUrl ?? '', readAccount('admin'));
  const same = await watcherOf(stack, 'tenant-a', 2);
  const other = await watcherOf(stack, 'tenant-b', 2);
  const queues = queuesOf(stack);
  const project = same.tenant.projectId;
  const event_type = `bench.storm.${randomUUID()}.exists`;
  const alarm_id = await alarmOn(same.tenant, event_type);
  const notified = await subscribe(stack.endpoint, stack.outputs.NotificationsTopicArn ?? '', {
    project_id: [project],
    severity: ['low'],
  });

  const times = { quietSame: [], quietOther: [], same: [], other: [] } as Record<string, number[]>;
  const note = (name: string, ms: number) => times[name]?.push(ms);
  const sums = { lost: 0, repeated: 0 };
  try {
    for (let run = 1; run <= runs; run++) {
      await queues.allQuiet(patienceMs);
      note('quietSame', await same.timed(0));
      note('quietOther', await other.timed(0));
      await queues.allQuiet(patienceMs);
      const begun = Date.now();
      const sent = await sendStorm(admin, project, event_type);
      const accepted = Date.now() - begun;
      const faults = await Promise.all([same.timed(1), other.timed(1)]);
      note('same', faults[0]);
      note('other', faults[1]);
      const deadline = Date.now() + patienceMs;
      while ((await queues.depth(notified.queueUrl)).visible < events && Date.now() < deadline) {
        await sleep(500);
      }
      const evaluated = Date.now() - begun;
      await queues.allQuiet(patienceMs);
      const notifications = await notified.receive(0, 0);
      const ids = notifications.map(({ body }) => eventOf(body));
      const distinct = new Set(ids.filter((id) => sent.has(id)));
      sums.lost += events - distinct.size;
      sums.repeated += ids.length - distinct.size;
      console.log(`  run ${run}: ${JSON.stringify({ accepted, faults, evaluated, ...sums })}`);
      await same.restore();
      await other.restore();
    }
  } finally {
    await same.tenant.call('DELETE', `/alarming/v2/alarms/${alarm_id}`);
    for (const each of [same, other, notified]) await each.close();
  }
  const scenario = 'storm';
  return [
    ...ranks(scenario, 'quiet: fault in the same project', times.quietSame ?? []),
    ...ranks(scenario, 'quiet: fault in another project', times.quietOther ?? []),
    ...ranks(scenario, 'fault in the same project', times.same ?? [], 1_000),
    ...ranks(scenario, 'fault in another project', times.other ?? [], 1_000),
    ...Object.entries(sums).map(
      ([figure, value]): Figure => ({ scenario, figure, value, unit: 'count', target: 0 }),
    ),
  ];
}
