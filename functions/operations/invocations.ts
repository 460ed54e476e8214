/** What invokes the function: the gateway with a request, and the schedule, every minute. */
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { type Log, onSchedule } from '../../adapters/lambda.ts';

type Api = (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>;

/** An event of the schedule. Requests have a method, and it has none. */
type Scheduled = { readonly source: string };

/** What the schedule needs. */
export type SamplerDeps = {
  /** Keeps what waits in the queues, for pages. */
  readonly sampleQueues: (at: string) => Promise<void>;
  readonly now: () => string;
  readonly log: Log;
};

/** The handler of both. */
export function byInvocation(api: Api, { sampleQueues, now, log }: SamplerDeps) {
  const sampler = onSchedule(async () => {
    await sampleQueues(now());
    log.info('sampled', {});
  });
  return async (event: APIGatewayProxyEvent | Scheduled, context: Context) =>
    'httpMethod' in event ? api(event, context) : sampler(event, context);
}
