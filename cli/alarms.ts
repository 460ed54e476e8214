/** The command that previews an alarm before it is created. */
import * as z from 'zod';
import type { Command, Given } from './command.ts';
import { Item } from './output.ts';
import { queryString } from './requests.ts';

const text = { type: 'string' } as const;

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
        service: 'fault-management',
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
];
