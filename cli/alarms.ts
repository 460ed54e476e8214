/** The commands that try an alarm: on past events before it is created, and at its receivers. */
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import type { Command, Given } from './command.ts';
import { Item } from './output.ts';
import { patiently } from './patiently.ts';
import { queryString, segment } from './requests.ts';
import type { CliSession } from './session.ts';

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const service = 'fault-management' as const;

const Preview = z.object({ from: z.string(), to: z.string(), events: z.array(Item) });

/** The body of an alarm on events, as the options describe it. */
const alarmOf = (given: Given) => ({
  name: 'preview',
  type: 'event',
  event_rule: {
    ...(given['event-type'] !== undefined && { event_type: given['event-type'] }),
    ...(given.query !== undefined && { query: given.query }),
  },
  ...(given['resource-id'] !== undefined && { resource_id: given['resource-id'] }),
});

/** The commands for alarms; all others are those of the `openstack` command line. */
export const alarmCommands: readonly Command[] = [
  {
    name: 'alarm preview',
    usage: '[--event-type TYPE] [--query TEXT] [--resource-id ID] [--hours N] [--limit N]',
    does: 'List the events of the last 24 hours, or fewer, that an event alarm would have matched, the newest first. The options are those of "openstack alarm create"; nothing is created.',
    options: {
      'event-type': text,
      query: text,
      'resource-id': text,
      hours: text,
      limit: text,
    },
    run: async (session, given) => {
      const { hours, limit } = given;
      const answer = await session.ask({
        service,
        method: 'POST',
        path: `/alarm-preview${queryString({ hours, limit })}`,
        body: alarmOf(given),
      });
      const columns = {
        'Accepted at': 'accepted_at',
        'Event type': 'event_type',
        'Resource ID': 'resource_id',
        Effect: 'effect',
        Traits: 'traits',
      };
      return { items: Preview.parse(answer).events, columns };
    },
  },
  {
    name: 'alarm test',
    usage: 'ALARM [--state STATE] [--wait]',
    does: 'Send the notification that an alarm would send in a state ("alarm", "ok" or "insufficient data"; by default "alarm") to all its receivers, marked as a test. The alarm stays as it is. With --wait, wait up to a minute for the outcomes of the webhooks, and fail if one was not delivered.',
    argument: 'ALARM',
    options: { state: text, wait: flag },
    run: async (session, { state, wait }, id) => {
      const path = `/alarms/${segment(id)}/test`;
      const body = state === undefined ? {} : { state };
      const sent = Tested.parse(await session.ask({ service, method: 'POST', path, body })).test;
      if (!wait) return { item: sent };
      const item = await tested(session, `${path}/${segment(sent.id)}`);
      const failed = item.webhooks.some(({ result }) => result !== 'delivered');
      return { item, failed };
    },
  },
];

const Tested = z.object({
  test: z.looseObject({ id: z.string(), webhooks: z.array(z.looseObject({ result: z.string() })) }),
});

/** Outcomes after which another may come. */
const open = new Set(['pending', 'retrying']);

/** How often the outcomes are read, and the pause between two reads in milliseconds. */
const looks = { most: 60, pause: 1_000 };

/** A test, when all its webhooks are done, or after the last look. */
async function tested(session: CliSession, path: string) {
  for (let look = 1; ; look++) {
    const { test } = Tested.parse(await patiently(session, { service, path }));
    if (look >= looks.most || !test.webhooks.some(({ result }) => open.has(result))) return test;
    await sleep(looks.pause);
  }
}
