import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { projectOwner } from '../domain/alarms/quota-row.ts';
import { readAccount } from '../scripts/stack/accounts.ts';
import { type Client, login } from '../scripts/stack/api.ts';
import type { Stack } from '../scripts/stack/bring-up.ts';
import { subscribe } from '../scripts/stack/subscriber.ts';
import { type Figure, percentile } from './figures.ts';
import { loaderOf } from './loader.ts';
import { queuesOf } from './queues.ts';

const warmUp = 5;
const patienceMs = 30_000;
/** The stored alarms of each project, also for the figure without load. */
const perProject = 1_000;
const mostTimes = 1.1;

const Alarm = z.object({ alarm_id: z.string() });

/** Creates an alarm of the project on one server's events. The other alarms are copies of its rows. */
async function storedAlarms(stack: Stack, tenant: Client) {
  const event_type = `bench.${randomUUID()}`;
  const server = randomUUID();
  const { body } = await tenant.expect('POST', '/alarming/v2/alarms', {
    body: {
      name: server,
      type: 'event',
      severity: 'low',
      repeat_actions: true,
      event_rule: { event_type, query: [{ field: 'traits.instance_id', value: server }] },
    },
  });
  const { alarm_id } = Alarm.parse(body);
  const loader = await loaderOf(stack, 'Alarms', ['alarm_id', 'kind']);
  const quotas = await loaderOf(stack, 'Quotas', ['owner']);
  const owner = { owner: projectOwner(tenant.projectId) };
  const rows = await loader.rows(alarm_id);
  const replacements = (project: string) => ({
    [alarm_id]: randomUUID(),
    [server]: randomUUID(),
    [tenant.projectId]: project,
  });
  return {
    event_type,
    server,
    /**
     * Loads copies in the same project, and counts them as the API does, because the evaluator
     * reads the count first.
     */
    loadOwn: async (): Promise<void> => {
      await loader.load(
        rows,
        Array.from({ length: perProject }, () => replacements(tenant.projectId)),
      );
      await quotas.add(owner, 'alarms', perProject);
    },
    /** Loads copies in as many other projects as needed. */
    loadOthers: async (count: number): Promise<void> => {
      const projects = Array.from({ length: Math.ceil(count / perProject) }, () =>
        randomUUID().replaceAll('-', ''),
      );
      const copies = Array.from({ length: count }, (_, n) =>
        replacements(projects[n % projects.length] ?? ''),
      );
      await loader.load(rows, copies);
    },
    /** On a stack of its own the copies stay, because to delete them takes as long as to load them. */
    close: async (isOwn: boolean): Promise<void> => {
      await tenant.call('DELETE', `/alarming/v2/alarms/${alarm_id}`);
      await quotas.add(owner, 'alarms', -perProject);
      if (!isOwn) await loader.unload();
    },
  };
}

/**
 * Measures an event that fires one alarm: first with the 1,000 stored alarms of its project, then
 * with `alarms` in all, 1,000 in each project. The other alarms are copies in the table, each for
 * another server.
 */
export const million =
  (alarms: number) =>
  async (stack: Stack, runs: number, isOwn: boolean): Promise<Figure[]> => {
    const apiUrl = stack.outputs.ApiUrl ?? '';
    const admin = await login(apiUrl, readAccount('admin'));
    const tenant = await login(apiUrl, readAccount('tenant-a'));
    const queues = queuesOf(stack);
    const stored = await storedAlarms(stack, tenant);
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
        ['instance_id', 1, stored.server],
      ];
      const event = { message_id: randomUUID(), event_type: stored.event_type, traits };
      await admin.expect('POST', '/doctor/v1/events', { body: [event] });
      const [notification, ...more] = await subscriber.receive(1, patienceMs);
      if (!notification || more.length > 0) throw new Error('not one notification of one event');
      return notification.sentAt - sent;
    };
    const among = async (): Promise<number> => {
      const times: number[] = [];
      for (let n = 0; n < runs + warmUp; n++) times.push(await timed());
      await queues.allQuiet(120_000);
      return percentile(times.slice(warmUp), 0.5);
    };

    try {
      await stored.loadOwn();
      const quiet = await among();
      await stored.loadOthers(alarms - perProject);
      const value = await among();
      const figure = `event among ${alarms.toLocaleString('en')} alarms p50`;
      return [
        { scenario, figure: 'quiet: event among 1,000 alarms p50', value: quiet, unit: 'ms' },
        { scenario, figure, value, unit: 'ms', target: mostTimes * quiet },
      ];
    } finally {
      await stored.close(isOwn);
      await subscriber.close();
    }
  };

const scenario = 'million';
