import type { Stack } from '../../scripts/stack/bring-up.ts';
import { makeBed } from '../bed.ts';
import type { Figure } from '../figures.ts';
import { oneInstance } from '../one-instance.ts';
import { webhook } from '../webhook.ts';
import { wholeHost } from '../whole-host.ts';
import { proxyOf } from './proxy.ts';
import { redirected } from './redirected.ts';
import { type RunOf, timelineOf } from './timeline.ts';

/** A scenario whose requests are shown. */
type Traced = RunOf & {
  readonly name: string;
  readonly play: (stack: Stack, runs: number) => Promise<readonly Figure[]>;
};

const report = { begins: /^API PUT .*force-down/, has: /^SNS PublishBatch/ } as const;

/** The runs of a scenario of many requests. */
const fewRuns = 3;

const traced: readonly Traced[] = [
  {
    ...{ name: 'one', ...report, withinMs: 150 },
    play: async (stack, runs) => {
      const bed = await makeBed(stack);
      return oneInstance(bed, runs).finally(bed.close);
    },
  },
  {
    ...{ name: 'fifty', ...report, withinMs: 1_500 },
    play: async (stack) => {
      const bed = await makeBed(stack);
      const host = { instances: 50, runs: fewRuns, lastMs: Number.POSITIVE_INFINITY };
      return wholeHost(bed, host).finally(bed.close);
    },
  },
  {
    ...{ name: 'webhook', begins: /^API POST .*events/, has: /^DynamoDB DeleteItem/ },
    withinMs: 150,
    play: webhook,
  },
];

/**
 * Measures when the requests for a report on one instance, for a report on fifty, and for an event
 * with a webhook are made: medians of all runs, in ms from the first request. All requests go
 * through a proxy, those of the bench too, so times are longer than without it.
 */
export async function trace(stack: Stack, runs: number): Promise<Figure[]> {
  const proxy = await proxyOf(stack.endpoint);
  const ApiUrl = (stack.outputs.ApiUrl ?? '').replace(stack.endpoint, proxy.url);
  const restore = await redirected(stack, proxy.url);
  try {
    const figures: Figure[] = [];
    for (const { name, play, ...run } of traced) {
      await play({ ...stack, outputs: { ...stack.outputs, ApiUrl } }, runs);
      // Ticks look for timers all the time.
      const noted = proxy.take().filter(({ about }) => !about.includes('Timers'));
      for (const { began, ended, what } of timelineOf(noted, run)) {
        const figure = (end: string, value: number): Figure => ({
          ...{ scenario: 'trace', figure: `${name}: ${what} ${end}`, value, unit: 'ms' },
        });
        figures.push(figure('from', began), figure('to', ended));
      }
    }
    return figures;
  } finally {
    await restore();
    proxy.close();
  }
}
