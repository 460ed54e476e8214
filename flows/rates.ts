/** Notifications, their times, webhooks by outcome, and what waited in the queues, minute by minute. */
import {
  type MinuteCounts,
  minuteOf,
  timeOfShare,
  totalOf,
} from '../domain/delivery/notification-minute.ts';
import type { QueueSample } from '../domain/delivery/queue-samples.ts';
import { countedOutcomes, type OutcomeMinute } from '../domain/delivery/webhook-counts.ts';
import { momentOf } from '../domain/time.ts';

/** What the flow needs from outside. */
export type RatesDeps = {
  /** The counts of notifications of each minute from a moment on. */
  readonly sentFrom: (from: string) => Promise<readonly MinuteCounts[]>;
  /** The counts of webhooks of each minute from a moment on. */
  readonly webhooksFrom: (from: string) => Promise<readonly OutcomeMinute[]>;
  /** The samples of queues from a moment on. */
  readonly samplesFrom: (from: string) => Promise<readonly QueueSample[]>;
  /** Epoch milliseconds. */
  readonly clock: () => number;
};

/** The minutes of so many last hours, oldest first; a minute without anything is left out. */
export async function ratesOf(deps: RatesDeps, hours: number) {
  const from = minuteOf(momentOf(deps.clock() - hours * 3_600_000));
  const [sent, posted, samples] = await Promise.all([
    deps.sentFrom(from),
    deps.webhooksFrom(from),
    deps.samplesFrom(from),
  ]);
  const counts = new Map(sent.map(({ minute, counts }) => [minute, counts]));
  const outcomes = new Map(posted.map(({ minute, counts }) => [minute, counts]));
  const sampled = new Map(samples.map((sample) => [sample.at, sample]));
  const minutes = [...new Set([...counts.keys(), ...outcomes.keys(), ...sampled.keys()])].sort();
  return {
    minutes: minutes.map((at) => {
      const times = counts.get(at) ?? {};
      return {
        at,
        notifications: totalOf(times),
        p50_ms: timeOfShare(times, 0.5),
        p99_ms: timeOfShare(times, 0.99),
        webhooks: Object.fromEntries(
          countedOutcomes.map((outcome) => [outcome, outcomes.get(at)?.[outcome] ?? 0]),
        ),
        waiting: sampled.get(at)?.waiting ?? {},
        dead_letters: sampled.get(at)?.dead_letters ?? {},
      };
    }),
  };
}

/** The answer of `GET /doctor/v1/rates`. */
export type Rates = Awaited<ReturnType<typeof ratesOf>>;
