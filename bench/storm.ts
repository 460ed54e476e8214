import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { inParallel } from '../adapters/in-parallel.ts';
import { slices } from '../domain/slices.ts';
import { readAccount } from '../scripts/stack/accounts.ts';
import { login } from '../scripts/stack/api.ts';
import type { Stack } from '../scripts/stack/bring-up.ts';
import { subscribe } from '../scripts/stack/subscriber.ts';
import type { Figure } from './figures.ts';
import { queuesOf } from './queues.ts';
import { ranks, watcherOf } from './watcher.ts';

/** Events of a storm; Nova sends as many at each full hour for as many servers. */
const events = 10_000;
/** Events in one request, and requests in flight, as of Ceilometer's agents. */
const perList = 500;
const senders = 4;
const patienceMs = 600_000;

const Told = z.object({
  reason_data: z.object({ event: z.object({ message_id: z.string() }) }),
});

/**
 * 10,000 events of one project, sent from outside, and at once a fault in that project and one in
 * another. One alarm waits for all the events, so what is told of them shows that all were evaluated.
 */
export async function storm(stack: Stack, runs: number): Promise<Figure[]> {
  const admin = await login(stack.outputs.ApiUrl ?? '', readAccount('admin'));
  const same = await watcherOf(stack, 'tenant-a', 2);
  const other = await watcherOf(stack, 'tenant-b', 2);
  const queues = queuesOf(stack);
  const project = same.tenant.projectId;
  const event_type = `bench.storm.${randomUUID()}.exists`;
  const { body } = await same.tenant.expect('POST', '/alarming/v2/alarms', {
    body: {
      ...{ name: 'storm', type: 'event', severity: 'low', repeat_actions: true },
      event_rule: { event_type },
    },
  });
  const { alarm_id } = z.object({ alarm_id: z.string() }).parse(body);
  const heard = await subscribe(stack.endpoint, stack.outputs.NotificationsTopicArn ?? '', {
    project_id: [project],
    severity: ['low'],
  });

  const blow = async (): Promise<ReadonlySet<string>> => {
    const ids = Array.from({ length: events }, () => randomUUID());
    await inParallel(slices(ids, perList), senders, (list) =>
      admin.expect('POST', '/doctor/v1/events', {
        body: list.map((message_id) => ({
          ...{ message_id, event_type },
          traits: [
            ['project_id', 1, project],
            ['instance_id', 1, randomUUID()],
          ],
        })),
      }),
    );
    return new Set(ids);
  };

  const times = { quietSame: [], quietOther: [], same: [], other: [] } as Record<string, number[]>;
  const note = (name: string, ms: number) => times[name]?.push(ms);
  const sums = { lost: 0, repeated: 0 };
  try {
    for (let run = 1; run <= runs; run++) {
      await queues.allQuiet(patienceMs);
      note('quietSame', await same.timed(0));
      note('quietOther', await other.timed(0));
      await queues.allQuiet(patienceMs);
      const blown = Date.now();
      const sent = await blow();
      const accepted = Date.now() - blown;
      const faults = await Promise.all([same.timed(1), other.timed(1)]);
      note('same', faults[0]);
      note('other', faults[1]);
      const deadline = Date.now() + patienceMs;
      while ((await queues.depth(heard.queueUrl)).visible < events && Date.now() < deadline) {
        await sleep(500);
      }
      const evaluated = Date.now() - blown;
      await queues.allQuiet(patienceMs);
      const told = await heard.receive(0, 0);
      const ids = told.map(({ body: each }) => Told.parse(each).reason_data.event.message_id);
      const distinct = new Set(ids.filter((id) => sent.has(id)));
      sums.lost += events - distinct.size;
      sums.repeated += ids.length - distinct.size;
      console.log(`  run ${run}: ${JSON.stringify({ accepted, faults, evaluated, ...sums })}`);
      await same.restore();
      await other.restore();
    }
  } finally {
    await same.tenant.call('DELETE', `/alarming/v2/alarms/${alarm_id}`);
    for (const each of [same, other, heard]) await each.close();
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
