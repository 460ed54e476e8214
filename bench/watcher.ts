import { readAccount, type Tenant } from '../scripts/stack/accounts.ts';
import { type Client, login } from '../scripts/stack/api.ts';
import type { Stack } from '../scripts/stack/bring-up.ts';
import { type Subscriber, subscribe } from '../scripts/stack/subscriber.ts';
import { type Figure, percentile } from './figures.ts';
import { type Fleet, makeFleet } from './fleet.ts';

/** A tenant with hosts of one server each. The tenant is notified of their faults. */
export type Watcher = {
  readonly tenant: Client;
  /** Reports the n-th host down; returns the time until its tenant is notified, in ms. */
  readonly timed: (n: number) => Promise<number>;
  /** How long the API took to answer each of these reports, in ms. */
  readonly answers: readonly number[];
  /** Sets all hosts up again, and their servers active. */
  readonly restore: () => Promise<void>;
  readonly close: () => Promise<void>;
};

/** The bench fails if a notification takes longer than this, in ms. */
const patienceMs = 300_000;

/** Makes a tenant's hosts, and its subscription to critical notifications. */
export async function watcherOf(stack: Stack, who: Tenant, hosts: number): Promise<Watcher> {
  const { endpoint, outputs } = stack;
  const apiUrl = outputs.ApiUrl ?? '';
  const [admin, tenant] = await Promise.all([
    login(apiUrl, readAccount('admin')),
    login(apiUrl, readAccount(who)),
  ]);
  const fleets = await Promise.all(
    Array.from({ length: hosts }, () => makeFleet({ admin, tenant }, 1)),
  );
  const subscriber: Subscriber = await subscribe(endpoint, outputs.NotificationsTopicArn ?? '', {
    project_id: [tenant.projectId],
    severity: ['critical'],
  });
  const fleet = (n: number): Fleet => {
    const found = fleets[n];
    if (!found) throw new Error(`there is no host ${n}`);
    return found;
  };
  const answers: number[] = [];
  return {
    tenant,
    answers,
    timed: async (n) => {
      const reported = Date.now();
      await fleet(n).reportDown();
      answers.push(Date.now() - reported);
      const [received] = await subscriber.receive(1, patienceMs);
      if (!received) throw new Error(`no notification of a fault within ${patienceMs} ms`);
      return received.sentAt - reported;
    },
    restore: async () => {
      for (const each of fleets) await each.restore();
      await subscriber.receive(0, 0);
    },
    close: () => subscriber.close(),
  };
}

/** Median and 95th percentile of times; the second may have a target. */
export const ranks = (
  scenario: string,
  name: string,
  times: readonly number[],
  target?: number,
): Figure[] => [
  { scenario, figure: `${name} p50`, value: percentile(times, 0.5), unit: 'ms' },
  {
    scenario,
    figure: `${name} p95`,
    value: percentile(times, 0.95),
    unit: 'ms',
    ...(target !== undefined && { target }),
  },
];
