import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { readAccount } from '../scripts/stack/accounts.ts';
import { type Answer, login, request } from '../scripts/stack/api.ts';
import type { Stack } from '../scripts/stack/bring-up.ts';
import type { Figure } from './figures.ts';
import { loaderOf } from './loader.ts';
import { queuesOf } from './queues.ts';
import { ranks, watcherOf } from './watcher.ts';

/** The clients that log in with wrong passwords, and as many that list zones of so many hosts. */
const clients = 12;
const hosts = 12_000;
/** The pause before each fault, and until the clients are under way. */
const pauseMs = 500;
const patienceMs = 600_000;

/** Sends a request again and again, until it is stopped; counts the statuses of its answers. */
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

/**
 * Clients log in with wrong passwords, and others list the zones of 12,000 hosts, all without a pause, while hosts
 * fail, one after the other. An answer that the caller comes too often (429, or 503 with `Retry-After`) is
 * meant to come; no other 5xx is.
 */
export async function logins(stack: Stack, runs: number): Promise<Figure[]> {
  const apiUrl = stack.outputs.ApiUrl ?? '';
  const admin = await login(apiUrl, readAccount('admin'));
  const reader = await login(apiUrl, readAccount('tenant-b'));
  const queues = queuesOf(stack);
  const victim = await watcherOf(stack, 'tenant-a', 2 * runs);
  const name = `bench-${randomUUID().slice(0, 8)}`;
  await admin.expect('PUT', `/doctor/v1/hosts/${name}`, { body: { zone: 'nova' } });
  const loader = await loaderOf(stack, 'Hosts', ['host']);
  const rows = [...(await loader.rows(name)), ...(await loader.rows(`#spelling#${name}`))];

  const domain = { name: 'Default' };
  const wrong = { user: { name: 'tenant-b', domain, password: 'wrong' } };
  const auth = { identity: { methods: ['password'], password: wrong } };
  const wrongLogin = () => request(`${apiUrl}/identity/v3/auth/tokens`, 'POST', { body: { auth } });
  const zones = () => reader.call('GET', '/compute/v2.1/os-availability-zone');
  const attackers = Array.from({ length: clients }, () => repeating(wrongLogin));
  const listers = Array.from({ length: clients }, () => repeating(zones));
  const everyone = [...attackers, ...listers];
  const quiet: number[] = [];
  const beside: number[] = [];
  try {
    await loader.load(
      rows,
      Array.from({ length: hosts }, (_, n) => ({ [name]: `${name}-${n}` })),
    );
    await queues.allQuiet(patienceMs);
    for (let n = 0; n < runs; n++) {
      await sleep(pauseMs);
      quiet.push(await victim.timed(n));
    }
    await queues.allQuiet(patienceMs);
    const running = everyone.map(({ run }) => run());
    await sleep(4 * pauseMs);
    for (let n = runs; n < 2 * runs; n++) {
      await sleep(pauseMs);
      beside.push(await victim.timed(n));
      console.log(
        `  fault ${n - runs + 1}: ${beside.at(-1)} ms, reported in ${victim.answers.at(-1)} ms`,
      );
    }
    for (const { stop } of everyone) stop();
    await Promise.all(running);
  } finally {
    for (const { stop } of everyone) stop();
    await queues.allQuiet(patienceMs);
    await loader.unload();
    await victim.close();
  }
  return figuresOf({ quiet, beside, answers: victim.answers, runs, attackers, listers });
}

type Measured = {
  readonly quiet: readonly number[];
  readonly beside: readonly number[];
  readonly answers: readonly number[];
  readonly runs: number;
  readonly attackers: readonly Pick<ReturnType<typeof repeating>, 'statuses'>[];
  readonly listers: readonly Pick<ReturnType<typeof repeating>, 'statuses'>[];
};

function figuresOf({ quiet, beside, answers, runs, attackers, listers }: Measured): Figure[] {
  const scenario = 'logins';
  const sum = (all: Measured['listers'], from: number, to: number): number =>
    all.reduce((total, { statuses }) => total + counted(statuses, from, to), 0);
  const count = (figure: string, value: number, target?: number): Figure => ({
    ...{ scenario, figure, value, unit: 'count' },
    ...(target !== undefined && { target }),
  });
  return [
    ...ranks(scenario, 'quiet: a report', answers.slice(0, runs)),
    ...ranks(scenario, 'quiet: its notification', quiet),
    ...ranks(scenario, 'a report', answers.slice(runs), 1_000),
    ...ranks(scenario, 'its notification', beside),
    count('lists of zones', sum(listers, 200, 299)),
    count('lists refused for now', sum(listers, 429, 429) + sum(listers, 503, 503)),
    count('wrong logins refused', sum(attackers, 400, 499)),
    count(
      '5xx but 503',
      sum([...attackers, ...listers], 500, 502) + sum([...attackers, ...listers], 504, 599),
      0,
    ),
  ];
}
