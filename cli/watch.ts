/** `doctor watch`: follows the feed of changes, and shows what changed with its state. */
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { type Item, printed } from './output.ts';
import type { Screen } from './progress.ts';
import { segment } from './requests.ts';
import { type CliSession, Failure, type Request } from './session.ts';

const Answer = z.object({
  cursor: z.string(),
  held: z.boolean(),
  changes: z.record(z.string(), z.array(z.string())),
  reload: z.array(z.string()),
});

/** A change as it is shown. */
export type Seen = {
  readonly at: string;
  readonly kind: string;
  readonly id: string;
  readonly state: string;
};

/**
 * How long a request may be held, in seconds, and the pause after a request that was not held, in
 * milliseconds.
 */
const [heldSeconds, pauseMs] = [4, 2_500];
/** How many states are read for one answer. Further changes of the answer are shown without a state. */
const mostStates = 20;
/** How many changes a terminal shows, and how many are kept for the result. */
const [shown, kept] = [20, 1_000];

const Host = z.object({ host: z.object({ state: z.string(), status: z.string() }) });
const Server = z.object({ server: z.object({ status: z.string() }) });
const Port = z.object({
  port: z.object({ status: z.string(), data_plane_status: z.string().nullish() }),
});
const Fault = z.object({ fault: z.object({ status: z.string() }) });

/**
 * The path of the request that reads the state of a thing, and how to read the answer; undefined
 * for kinds without a state.
 */
function stateOf(kind: string, id: string) {
  const ways: Record<string, { request: Request; read: (body: unknown) => string }> = {
    hosts: {
      request: { service: 'fault-management', path: `/hosts/${segment(id)}` },
      read: (body) => {
        const { state, status } = Host.parse(body).host;
        return `${state}, ${status}`;
      },
    },
    servers: {
      request: { service: 'compute', path: `/servers/${segment(id)}` },
      read: (body) => Server.parse(body).server.status,
    },
    ports: {
      request: { service: 'network', path: `/v2.0/ports/${segment(id)}` },
      read: (body) => {
        const { status, data_plane_status } = Port.parse(body).port;
        return data_plane_status ? `${status}, data plane ${data_plane_status}` : status;
      },
    },
    faults: {
      request: { service: 'fault-management', path: `/faults/${segment(id)}` },
      read: (body) => Fault.parse(body).fault.status,
    },
  };
  return ways[kind];
}

/** The state of a thing in words; `gone` if it cannot be found. */
async function stateText(session: CliSession, kind: string, id: string): Promise<string> {
  const way = stateOf(kind, id);
  if (!way) return kind === 'alarms' ? 'fired' : 'changed';
  try {
    return way.read(await session.ask(way.request));
  } catch (error) {
    if (error instanceof Failure && error.status === 404) return 'gone';
    throw error;
  }
}

const columns = { At: 'at', Kind: 'kind', ID: 'id', State: 'state' };

/**
 * Prints changes: on a terminal one table of the newest, which is redrawn; otherwise one line for
 * each.
 */
function print({ err, terminal }: Screen, fresh: readonly Seen[], seen: readonly Seen[]): void {
  if (!terminal) {
    for (const { at, kind, id, state } of fresh) err(`${at} ${kind} ${id} ${state}\n`);
    return;
  }
  const table = printed({ items: seen.slice(-shown).reverse(), columns }, 'table');
  // Clears the screen and moves the cursor to its top left.
  err(`\x1b[2J\x1b[H${table}`);
}

export type WatchOptions = {
  readonly seconds: number;
  readonly screen: Screen;
  readonly clock?: () => number;
  readonly pause?: (ms: number) => Promise<unknown>;
};

/** Follows the feed for some seconds. @returns the last 1,000 changes, oldest first. */
export async function watch(
  session: CliSession,
  { seconds, screen, clock = Date.now, pause = sleep }: WatchOptions,
): Promise<Item[]> {
  const end = clock() + seconds * 1_000;
  const ask = async (query: string) =>
    Answer.parse(await session.ask({ service: 'fault-management', path: `/changes${query}` }));
  let { cursor } = await ask('');
  let seen: Seen[] = [];
  while (clock() < end) {
    const wait = Math.min(heldSeconds, Math.ceil((end - clock()) / 1_000));
    const answer = await ask(`?since=${encodeURIComponent(cursor)}&wait=${wait}`);
    cursor = answer.cursor;
    const fresh = await freshOf(session, answer, new Date(clock()).toISOString());
    seen = [...seen, ...fresh].slice(-kept);
    if (fresh.length > 0) print(screen, fresh, seen);
    if (fresh.length === 0 && !answer.held) await pause(pauseMs);
  }
  return seen;
}

/** The changes of an answer with their states. */
async function freshOf(
  session: CliSession,
  { changes, reload }: z.infer<typeof Answer>,
  at: string,
): Promise<Seen[]> {
  const all = Object.entries(changes).flatMap(([kind, ids]) => ids.map((id) => ({ kind, id })));
  const many = reload.map((kind) => ({ at, kind, id: 'more than 500', state: 'changed' }));
  const read = await Promise.all(
    all.slice(0, mostStates).map(async ({ kind, id }) => ({
      at,
      kind,
      id,
      state: await stateText(session, kind, id),
    })),
  );
  const rest = all.slice(mostStates).map(({ kind, id }) => ({ at, kind, id, state: 'changed' }));
  return [...read, ...rest, ...many];
}
