/**
 * The commands for operators: the state of the cloud at a glance, dead letters, and the feed of
 * changes.
 */
import * as z from 'zod';
import type { Command, Given } from './command.ts';
import { Item } from './output.ts';
import { all, one, segment } from './requests.ts';
import { type CliSession, Misuse } from './session.ts';
import { watch } from './watch.ts';

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const service = 'fault-management' as const;

const Counts = z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()]));
const Status = z.looseObject({
  hosts: Counts,
  servers: z.looseObject({ total: z.number() }),
  ports: z.looseObject({ total: z.number() }),
  faults: Counts,
  queues: z.array(z.looseObject({ name: z.string(), waiting: z.number() })),
  dead_letters: z.array(z.looseObject({ queue: z.string(), count: z.number() })),
});

/** The counts, one in each row. `--format json` has the same keys. */
export function statusItem(body: unknown): Item {
  const { hosts, servers, ports, faults, queues, dead_letters } = Status.parse(body);
  const named = (prefix: string, counts: readonly (readonly [string, unknown])[]) =>
    counts.map(([name, value]) => [`${prefix} ${name}`, value]);
  return Object.fromEntries([
    ...named('hosts', Object.entries(hosts)),
    ['servers', servers.total],
    ['ports', ports.total],
    ['open faults', faults.open],
    ['oldest open fault', faults.oldest_at],
    ...named(
      'waiting',
      queues.map(({ name, waiting }) => [name, waiting] as const),
    ),
    ...named(
      'dead letters',
      dead_letters.map(({ queue, count }) => [queue, count] as const),
    ),
  ]);
}

const Letters = z
  .object({ messages: z.array(Item), next: z.string().optional() })
  .transform(({ messages, next }) => ({ items: messages, next }));

const path = (queue: string): string => `/dead-letters/${segment(queue)}`;

/** The dead letters that the options choose. @throws Misuse unless they give either one id or all. */
function chosenOf({ id, all: everything }: Given): { ids: string[] } | { all: true } {
  if (everything === true && id === undefined) return { all: true };
  if (typeof id === 'string' && everything === undefined) return { ids: [id] };
  throw new Misuse('One of --id and --all is needed.');
}

const Redriven = z.object({
  redriven: z.array(z.string()),
  refused: z.array(z.object({ id: z.string(), reason: z.string() })),
  missing: z.array(z.string()),
  left: z.number(),
});

/** Sends dead letters back in batches, until a batch sends none back. */
async function redriveAll(session: CliSession, queue: string, given: Given): Promise<Item[]> {
  const body = chosenOf(given);
  const items = new Map<string, Item>();
  for (;;) {
    const request = { service, method: 'POST', path: `${path(queue)}/redrive`, body } as const;
    const done = Redriven.parse(await session.ask(request));
    for (const id of done.redriven) items.set(id, { id, status: 'redriven', reason: '' });
    for (const { id, reason } of done.refused) items.set(id, { id, status: 'refused', reason });
    for (const id of done.missing) items.set(id, { id, status: 'missing', reason: '' });
    if ('ids' in body || done.redriven.length === 0 || done.left === 0) return [...items.values()];
  }
}

const Deleted = z.object({ deleted: z.number(), left: z.number() });

/** Deletes dead letters in batches. @returns how many were deleted. */
async function deleteAll(session: CliSession, queue: string, given: Given): Promise<number> {
  const chosen = chosenOf(given);
  if ('ids' in chosen) {
    const [id = ''] = chosen.ids;
    await session.ask({ service, method: 'DELETE', path: `${path(queue)}/${segment(id)}` });
    return 1;
  }
  for (let count = 0; ; ) {
    const request = { service, method: 'DELETE', path: `${path(queue)}?all=true` } as const;
    const { deleted, left } = Deleted.parse(await session.ask(request));
    count += deleted;
    if (deleted === 0 || left === 0) return count;
  }
}

const deadLetterCommands: readonly Command[] = [
  {
    name: 'dlq list',
    usage: '[--queue QUEUE]',
    does: 'List the queues of dead letters with their counts, or the letters of a queue with their reasons.',
    options: { queue: text },
    run: async (session, { queue }) => {
      if (typeof queue !== 'string') {
        const body = await session.ask({ service, path: '/dead-letters' });
        const { queues } = z.object({ queues: z.array(Item) }).parse(body);
        return { items: queues, columns: { Queue: 'name', Count: 'count', Holds: 'holds' } };
      }
      const request = { service, path: path(queue) };
      const items = await all(session, request, (body) => Letters.parse(body));
      const columns = {
        ID: 'id',
        'Sent at': 'sent_at',
        'Goes back to': 'source',
        Reason: 'reason',
        'Why not': 'refused',
      };
      return { items, columns };
    },
  },
  {
    name: 'dlq show',
    usage: '--queue QUEUE ID',
    does: 'Show a dead letter with its content.',
    argument: 'ID',
    options: { queue: text },
    run: async (session, { queue }, id) => {
      if (typeof queue !== 'string') throw new Misuse('--queue is needed.');
      return one(session, 'message', { service, path: `${path(queue)}/${segment(id)}` });
    },
  },
  {
    name: 'dlq redrive',
    usage: '--id ID | --all QUEUE',
    does: 'Send a dead letter, or all of a queue, back to the queue that it came from.',
    argument: 'QUEUE',
    options: { id: text, all: flag },
    run: async (session, given, queue) => {
      const items = await redriveAll(session, queue, given);
      const columns = { ID: 'id', Status: 'status', Reason: 'reason' };
      return { items, columns, failed: items.some(({ status }) => status !== 'redriven') };
    },
  },
  {
    name: 'dlq delete',
    usage: '--id ID | --all QUEUE',
    does: 'Delete a dead letter, or all of a queue.',
    argument: 'QUEUE',
    options: { id: text, all: flag },
    run: async (session, given, queue) => ({
      item: { queue, deleted: await deleteAll(session, queue, given) },
    }),
  },
];

/** The longest duration that `watch` accepts, in seconds: a day. */
const longestWatch = 86_400;

function secondsOf({ for: given }: Given): number {
  if (given === undefined) return longestWatch;
  const seconds = Number(given);
  if (/^\d{1,5}$/.test(String(given)) && seconds <= longestWatch) return seconds;
  throw new Misuse(`--for is a number of seconds, at most ${longestWatch}.`);
}

export const operationsCommands: readonly Command[] = [
  {
    name: 'status',
    usage: '',
    does: 'Count hosts by state, servers, ports, open faults, and the messages that wait in the queues.',
    options: {},
    run: async (session) => ({
      item: statusItem(await session.ask({ service, path: '/status' })),
    }),
  },
  ...deadLetterCommands,
  {
    name: 'watch',
    usage: '[--for SECONDS]',
    does: 'Show changes with the new states, until Ctrl-C or for some seconds; a tenant sees its own.',
    options: { for: text },
    run: async (session, given, _, screen) => {
      const items = await watch(session, { seconds: secondsOf(given), screen });
      return { items, columns: { At: 'at', Kind: 'kind', ID: 'id', State: 'state' } };
    },
  },
];
