import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { readAccount } from '../scripts/stack/accounts.ts';
import { login } from '../scripts/stack/api.ts';
import type { Stack } from '../scripts/stack/bring-up.ts';
import { subscribe } from '../scripts/stack/subscriber.ts';
import { type Figure, percentile } from './figures.ts';
import { loaderOf } from './loader.ts';
import { queuesOf } from './queues.ts';

const warmUp = 5;
const patienceMs = 30_000;
/** The stored alarms of the quiet figure. */
const few = 1_000;
const mostTimes = 1.1;

const Alarm = z.object({ alarm_id: z.string() });

/**
 * One event that fires one alarm, first among 1,000 stored alarms of its project and then among `alarms`. All but the
 * one are loaded into the table: they are copies of it, each for another server.
 */
export const million =
  (alarms: number) =>
  async (stack: Stack, runs: number): Promise<Figure[]> => {
    const apiUrl = stack.outputs.ApiUrl ?? '';
    const admin = await login(apiUrl, readAccount('admin'));
    const tenant = await login(apiUrl, readAccount('tenant-a'));
    const queues = queuesOf(stack);
    const event_type = `bench.${randomUUID()}`;
    const server = randomUUID();
    const { body } = await tenant.expect('POST', '/alarming/v2/alarms', {
      body: {
        ...{ name: server, type: 'event', severity: 'low', repeat_actions: true },
        event_rule: { event_type, query: [{ field: 'traits.instance_id', value: server }] },
      },
    });
    const { alarm_id } = Alarm.parse(body);
    const loader = await loaderOf(stack, 'Alarms', ['alarm_id', 'kind']);
    const rows = await loader.rows(alarm_id);
    const copies = (count: number) =>
      Array.from({ length: count }, () => ({ [alarm_id]: randomUUID(), [server]: randomUUID() }));
    const subscriber = await subscribe(stack.endpoint, stack.outputs.NotificationsTopicArn ?? '', {
      project_id: [tenant.projectId],
      severity: ['low'],
    });

    /** From just before the event is sent to its notification, in ms. */
    const timed = async (): Promise<number> => {
      await queues.evaluatorIdle();
      await sleep(20);
      const sent = Date.now();
      const traits = [
        ['project_id', 1, tenant.projectId],
        ['instance_id', 1, server],
      ];
      const message_id = randomUUID();
      await admin.expect('POST', '/doctor/v1/events', {
        body: [{ message_id, event_type, traits }],
      });
      const [notification, ...more] = await subscriber.receive(1, patienceMs);
      if (!notification || more.length > 0) throw new Error('not one notification of one event');
      return notification.sentAt - sent;
    };
    const measured = async (): Promise<number> => {
      const times: number[] = [];
      for (let n = 0; n < runs + warmUp; n++) times.push(await timed());
      await queues.allQuiet(120_000);
      return percentile(times.slice(warmUp), 0.5);
    };

    try {
      await loader.load(rows, copies(few));
      const quiet = await measured();
      await loader.load(rows, copies(alarms - few));
      const among = await measured();
      const scenario = 'million';
      const shown = alarms.toLocaleString('en');
      return [
        { scenario, figure: 'quiet: event among 1,000 alarms p50', value: quiet, unit: 'ms' },
        {
          ...{ scenario, figure: `event among ${shown} alarms p50`, value: among, unit: 'ms' },
          target: mostTimes * quiet,
        },
      ];
    } finally {
      await tenant.call('DELETE', `/alarming/v2/alarms/${alarm_id}`);
      await loader.unload();
      await subscriber.close();
    }
  };
