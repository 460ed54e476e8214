import {
  GetFunctionConfigurationCommand,
  LambdaClient,
  paginateListFunctions,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import type { Stack } from '../../scripts/stack/bring-up.ts';
import { region, rootCredentials } from '../../scripts/stack/ministack.ts';
import { makeBed, taken } from '../bed.ts';
import type { Figure } from '../figures.ts';
import { countsOf } from './kind.ts';
import { proxyOf } from './proxy.ts';

const patienceMs = 600_000;

/**
 * Sends the requests of Doctor's functions to another endpoint. Returns a function that ends this.
 * SQS is called at the URLs of the queues, so these change too.
 */
async function redirected({ endpoint }: Stack, url: string): Promise<() => Promise<void>> {
  const client = new LambdaClient({ endpoint, region, credentials: rootCredentials });
  const names: string[] = [];
  for await (const { Functions = [] } of paginateListFunctions({ client }, {})) {
    names.push(
      ...Functions.flatMap(({ FunctionName: name = '' }) =>
        name.startsWith('Doctor-') ? name : [],
      ),
    );
  }
  const before = new Map<string, Record<string, string>>();
  for (const FunctionName of names) {
    const { Environment } = await client.send(
      new GetFunctionConfigurationCommand({ FunctionName }),
    );
    before.set(FunctionName, Environment?.Variables ?? {});
  }
  const set = async (changed: (variables: Record<string, string>) => Record<string, string>) => {
    for (const [FunctionName, variables] of before) {
      const Environment = { Variables: changed(variables) };
      await client.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment }));
    }
  };
  const own = new RegExp(`http://[^/]+:${new URL(endpoint).port}(?=/\\d+/)`, 'g');
  await set((variables) => ({
    ...Object.fromEntries(
      Object.entries(variables).map(([name, value]) => [name, value.replace(own, url)]),
    ),
    AWS_ENDPOINT_URL: url,
  }));
  return () => set((variables) => variables);
}

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
        const until = proxy.take();
        await bed.queues.allQuiet(patienceMs);
        await taken(bed);
        const all = [...until, ...proxy.take()];
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
