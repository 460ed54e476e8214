/** What invokes the function: the gateway with a request, and a schedule that keeps a process running. */
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import type { SurfaceHandler } from '../../adapters/http/by-resource.ts';
import type { Log } from '../../adapters/lambda.ts';

/** An event of the schedule. Requests have a method, and it has none. */
type Wake = { readonly wake: true };

/** The handler of both. An event of the schedule needs no work; no caller reads its answer. */
export const wakeable =
  (handler: SurfaceHandler, log: Pick<Log, 'info'>) =>
  async (event: APIGatewayProxyEvent | Wake, context: Context): Promise<APIGatewayProxyResult> => {
    if ('httpMethod' in event) return handler(event, context);
    log.info('awake', {});
    return { statusCode: 204, body: '' };
  };
