import {
  GetFunctionConfigurationCommand,
  LambdaClient,
  paginateListFunctions,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import type { Stack } from '../../scripts/stack/bring-up.ts';
import { region, rootCredentials } from '../../scripts/stack/ministack.ts';

/**
 * Sends the requests of Doctor's functions to another endpoint. Returns a function that ends this.
 * SQS is called at the URLs of the queues, so these change too.
 */
export async function redirected({ endpoint }: Stack, url: string): Promise<() => Promise<void>> {
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
