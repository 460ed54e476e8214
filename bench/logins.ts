import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { inParallel } from '../adapters/in-parallel.ts';
import { readAccount } from '../scripts/stack/accounts.ts';
import { type Answer, type Client, login, request } from '../scripts/stack/api.ts';
import type { Stack } from '../scripts/stack/bring-up.ts';
import type { Figure } from './figures.ts';
import { queuesOf } from './queues.ts';
import { ranks, type Watcher, watcherOf } from './watcher.ts';

/** The clients that log in with wrong passwords, and as many that list zones. */
const clients = 12;
/** Requests at once that register hosts. */
const width = 4;
/** The pause before each fault. */
const pauseMs = 500;
const patienceMs = 600_000;

/** Repeats a request until it is stopped, and counts the statuses of the answers. */
function repeating(send: () => Promise<Answer>) {
  const statuses = new Map<number, number>();
  let stopped = false;
  const run = async (): Promise<void> => {
    while (!stopped) {
      const { status } = await send();
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  };
  return {
    statuses,
    run,
    stop: (): void => {
      stopped = true;
    },
  };
}

/** The answers of a range of statuses. */
const counted = (statuses: ReadonlyMap<number, number>, from: number, to: number): number =>
  [...statuses].reduce((sum, [status, n]) => sum + (status >= from && status <= to ? n : 0), 0);

/** Registers hosts over the API, as a feed does: their rows, lists and counts are as in a real cloud. */
async function register(admin: Client, hosts: number): Promise<void> {
  const prefix = `bench-${randomUUID().slice(0, 8)}`;
  let done = 0;
  const numbers = Array.from({ length: hosts }, (_, n) => n);
  await inParallel(numbers, width, async (n) => {
    await admin.expect('PUT', `/doctor/v1/hosts/${prefix}-${n}`, { body: { zone: 'nova' } });
    if (++done % 500 === 0) process.stdout.write(`\r  ${done} of ${hosts} hosts`);
  });
  process.stdout.write('\n');
}

/**
 * Reports hosts down, one after the other. Returns the times to the notifications, and the number
 * of failed reports.
 */
async function faults(victim: Watcher, numbers: readonly number[]) {
  const times: number[] = [];
  let failed = 0;
  for (const n of numbers) {
    await sleep(pauseMs);
    try {
      times.push(await victim.timed(n));
      console.log(`  fault: ${times.at(-1)} ms, reported in ${victim.answers.at(-1)} ms`);
    } catch (error) {
      failed++;
      console.log(`  a report failed: ${error instanceof Error ? error.message : error}`);
    }
  }
  return { times, failed };
}

/** Starts the requests of all clients: wrong logins, and lists of zones. */
function clientsOf(apiUrl: string, reader: Client) {
  const wrong = { user: { name: 'unknown', domain: { name: 'Default' }, password: 'wrong' } };
  const auth = { identity: { methods: ['password'], password: wrong } };
  const many = (send: () => Promise<Answer>) =>
    Array.from({ length: clients }, () => repeating(send));
  const attackers = many(() =>
    request(`${apiUrl}/identity/v3/auth/tokens`, 'POST', { body: { auth } }),
  );
  const listers = many(() => reader.call('GET', '/compute/v2.1/os-availability-zone'));
  return { attackers, listers };
}

/**
 * Measures faults of hosts, one after the other, while clients log in with wrong passwords and
 * others list the zones of many hosts, all without a pause. The hosts stay registered.
 */
export const logins =
  (hosts: number) =>
  async (stack: Stack, runs: number): Promise<Figure[]> => {
    const apiUrl = stack.outputs.ApiUrl ?? '';
    const admin = await login(apiUrl, readAccount('admin'));
    const reader = await login(apiUrl, readAccount('tenant-b'));
    const queues = queuesOf(stack);
    await register(admin, hosts);
    const victim = await watcherOf(stack, 'tenant-a', 2 * runs);
    const { attackers, listers } = clientsOf(apiUrl, reader);
    const everyone = [...attackers, ...listers];
    const numbers = Array.from({ length: 2 * runs }, (_, n) => n);
    try {
      await queues.allQuiet(patienceMs);
      const quiet = await faults(victim, numbers.slice(0, runs));
      await queues.allQuiet(patienceMs);
      const quietAnswers = [...victim.answers];
      const running = everyone.map(({ run }) => run());
      // Each client has its processes then: on the embedded stack all of them share two cores, and
      // starting 24 at once would be measured.
      while (everyone.some(({ statuses }) => statuses.size === 0)) await sleep(50);
      await sleep(4 * pauseMs);
      const beside = await faults(victim, numbers.slice(runs));
      for (const { stop } of everyone) stop();
      await Promise.all(running);
      const answers = victim.answers.slice(quietAnswers.length);
      return [
        ...ranks(scenario, 'quiet: a report', quietAnswers),
        ...ranks(scenario, 'quiet: its notification', quiet.times),
        ...ranks(scenario, 'a report', answers, 1_000),
        ...ranks(scenario, 'its notification', beside.times),
        count('reports that failed', quiet.failed + beside.failed, 0),
        count('lists of zones', answered(listers, 200, 299)),
        count('lists with 5xx', answered(listers, 500, 599), 0),
        count('wrong logins refused', answered(attackers, 400, 499)),
        count('logins put off by the gateway (503)', answered(attackers, 503, 503)),
      ];
    } finally {
      for (const { stop } of everyone) stop();
      await queues.allQuiet(patienceMs);
      await victim.close();
    }
  };

const scenario = 'logins';

const count = (figure: string, value: number, target?: number): Figure => ({
  scenario,
  figure,
  value,
  unit: 'count',
  ...(target !== undefined && { target }),
});

/** How many answers of these clients had a status of the range. */
const answered = (
  all: readonly Pick<ReturnType<typeof repeating>, 'statuses'>[],
  from: number,
  to: number,
): number => all.reduce((sum, { statuses }) => sum + counted(statuses, from, to), 0);
