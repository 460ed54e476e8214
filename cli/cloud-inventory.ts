/** The commands about the inventory of the cloud beside Doctor: `cloud sync` and `cloud status`. */
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import type { Command } from './command.ts';
import { Item } from './output.ts';
import type { Screen } from './progress.ts';
import { type CliSession, Failure } from './session.ts';

const service = 'fault-management' as const;
const flag = { type: 'boolean' } as const;

const Counts = z.object({
  seen: z.int(),
  created: z.int(),
  changed: z.int(),
  moved: z.int(),
  deleted: z.int(),
  failed: z.int(),
  applied: z.int(),
  held: z.int(),
});
type Counts = z.infer<typeof Counts>;

const parts = ['hosts', 'servers', 'ports'] as const;

const CloudWalk = z.object({
  walk_id: z.string(),
  dry_run: z.boolean(),
  phase: z.enum([...parts, 'done']),
  started_at: z.string(),
  ended_at: z.string().nullable(),
  counts: z.object({ hosts: Counts, servers: Counts, ports: Counts }),
  differences: z.array(Item),
  warnings: z.array(z.string()),
});
type CloudWalk = z.infer<typeof CloudWalk>;

const Job = z.object({
  succeeded_at: z.string().nullable(),
  lag_seconds: z.number().nullable(),
  failures: z.int(),
  last_error: z.object({ at: z.string(), message: z.string() }).nullable(),
});

const CloudStatus = z.object({
  cloud: z.object({
    lag_seconds: z.number().nullable(),
    services: Job,
    changes: Job,
    walks: Job,
    returned_hosts: Job.extend({ waiting: z.int() }),
    walk: CloudWalk.nullable(),
  }),
});

const statusOf = async (session: CliSession) =>
  CloudStatus.parse(await session.ask({ service, path: '/cloud' })).cloud;

const kinds = ['created', 'changed', 'moved', 'deleted', 'failed', 'applied', 'held'] as const;
const differencesOf = (counts: Counts): number =>
  kinds.reduce((sum, kind) => sum + counts[kind], 0);

/** All counts of a walk together. */
const sumOf = ({ counts }: CloudWalk, of: (counts: Counts) => number): number =>
  parts.reduce((sum, part) => sum + of(counts[part]), 0);

const width = 30;
/**
 * The pause between two reads of the walk's progress, and between two lines of a log, in
 * milliseconds.
 */
const [pollMs, loggedMs] = [1_000, 5_000];
/** Consecutive failures of the walk after which the command ends. The walk itself continues. */
const mostFailures = 3;

/**
 * The share of the walk that is done, estimated from the counts of the previous walk, or else from
 * its parts.
 */
function doneOf(walk: CloudWalk, expected: number): number {
  if (walk.phase === 'done') return 1;
  if (expected > 0) return Math.min(sumOf(walk, ({ seen }) => seen) / expected, 0.99);
  return parts.indexOf(walk.phase) / parts.length;
}

function lineOf(walk: CloudWalk, expected: number, terminal: boolean): string {
  const full = Math.floor(doneOf(walk, expected) * width);
  const seen = parts.map((part) => `${walk.counts[part].seen} ${part}`).join(', ');
  const line = `${seen}; ${sumOf(walk, differencesOf)} differences`;
  return terminal ? `\r[${'#'.repeat(full)}${' '.repeat(width - full)}] ${line}` : `${line}\n`;
}

/**
 * Follows a walk until it has ended.
 * @throws Failure if another walk replaced it, or if it fails several times in a row.
 */
async function follow(
  session: CliSession,
  walk_id: string,
  { expected, screen, pause }: { expected: number; screen: Screen; pause: number },
): Promise<CloudWalk> {
  let logged = 0;
  for (;;) {
    const { walk, walks } = await statusOf(session);
    if (walk?.walk_id !== walk_id)
      throw new Failure('Another walk was begun in place of this one.');
    const ended = walk.phase === 'done';
    if (screen.terminal || ended || Date.now() - logged >= loggedMs) {
      screen.err(lineOf(walk, expected, screen.terminal));
      logged = Date.now();
    }
    if (ended) {
      if (screen.terminal) screen.err('\n');
      return walk;
    }
    if (walks.failures >= mostFailures) {
      const why = walks.last_error?.message ?? 'unknown error';
      throw new Failure(`The walk fails, and is tried again later: ${why}`);
    }
    await sleep(pause);
  }
}

const differenceColumns = { Resource: 'resource', ID: 'id', Difference: 'kind', Detail: 'detail' };

/** @param pause The pause between two reads of the walk's progress, in milliseconds. */
export const cloudInventoryCommands = (pause = pollMs): readonly Command[] => [
  {
    name: 'cloud sync',
    usage: '[--dry-run] [--allow-deletions]',
    does: 'Copy the hosts, servers and ports of the cloud into Doctor now; with --dry-run only show the differences. With --allow-deletions delete all that the cloud does not show, also if that is more than a tenth.',
    options: { 'dry-run': flag, 'allow-deletions': flag },
    run: async (session, given, _, screen) => {
      const before = (await statusOf(session)).walk;
      const expected = before?.phase === 'done' ? sumOf(before, ({ seen }) => seen) : 0;
      const body = {
        dry_run: given['dry-run'] === true,
        allow_deletions: given['allow-deletions'] === true,
      };
      const asked = await session.ask({ service, method: 'POST', path: '/cloud/walks', body });
      const { walk_id } = z.object({ walk: CloudWalk }).parse(asked).walk;
      const walk = await follow(session, walk_id, { expected, screen, pause });
      for (const warning of walk.warnings) screen.err(`${warning}\n`);
      const failed = sumOf(walk, (counts) => counts.failed) > 0 || walk.warnings.length > 0;
      return { items: walk.differences, columns: differenceColumns, failed };
    },
  },
  {
    name: 'cloud status',
    usage: '',
    does: 'Show how old the information about the cloud is, the last walk with its differences, and errors.',
    options: {},
    run: async (session) => {
      const { lag_seconds, services, changes, walks, walk, returned_hosts } =
        await statusOf(session);
      const jobs = { services, changes, walks, returned_hosts };
      const errors = Object.entries(jobs).flatMap(([name, { failures, last_error }]) =>
        failures > 0 && last_error ? [`${name}: ${last_error.message}`] : [],
      );
      const warnings = walk?.warnings ?? [];
      const differences = walk && sumOf(walk, differencesOf);
      return {
        item: {
          lag_seconds,
          services_seen_at: services.succeeded_at,
          servers_seen_at: changes.succeeded_at,
          returned_hosts_waiting: returned_hosts.waiting,
          walk_started_at: walk?.started_at ?? null,
          walk_ended_at: walk?.ended_at ?? null,
          walk_phase: walk?.phase ?? null,
          ...Object.fromEntries(parts.map((part) => [part, walk?.counts[part].seen ?? null])),
          differences,
          failed: walk && sumOf(walk, (counts) => counts.failed),
          warnings: warnings.join(' '),
          errors: errors.join('; '),
        },
        failed: errors.length > 0 || warnings.length > 0,
      };
    },
  },
];
