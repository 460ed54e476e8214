import type { Stack } from '../../scripts/stack/bring-up.ts';
import { makeBed, taken } from '../bed.ts';
import type { Figure } from '../figures.ts';
import { countsOf } from './kind.ts';
import { proxyOf } from './proxy.ts';
import { redirected } from './redirected.ts';

const patienceMs = 600_000;

/**
 * Counts the requests that Doctor's functions make for the report of a host: until all
 * notifications have arrived, and until no more work follows (safe copies, the finisher's first
 * message and the audit). It measures no times, because requests go through a proxy.
 */
export const requestsOf =
  (sizes: readonly number[]) =>
  async (stack: Stack): Promise<Figure[]> => {
    const scenario = 'requests';
    const proxy = await proxyOf(stack.endpoint);
    const bed = await makeBed(stack);
    const restore = await redirected(stack, proxy.url);
    try {
      const figures: Figure[] = [];
      for (const size of sizes) {
        const fleet = await bed.fleetOf(size);
        await bed.queues.allQuiet(patienceMs);
        proxy.take();
        await fleet.reportDown();
        await bed.arrived(size, patienceMs);
        const until = proxy.take().map(({ kind }) => kind);
        await bed.queues.allQuiet(patienceMs);
        await taken(bed);
        const all = [...until, ...proxy.take().map(({ kind }) => kind)];
        const figure = (name: string, value: number): Figure => ({
          scenario,
          figure: `${size} instances: ${name}`,
          value,
          unit: 'count',
        });
        figures.push(
          figure('until all are notified', until.length),
          figure('in all', all.length),
          ...countsOf(all).map(([kind, n]) => figure(kind, n)),
        );
        console.log(
          `  ${size} instances: ${until.length} requests until notified, ${all.length} in all`,
        );
      }
      return figures;
    } finally {
      await restore();
      await bed.close();
      proxy.close();
    }
  };
