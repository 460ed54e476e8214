/** Functions that serve several surfaces. */
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';

/** The handler of a surface, or of several. */
export type SurfaceHandler = (
  event: APIGatewayProxyEvent,
  context: Context,
) => Promise<APIGatewayProxyResult>;

/**
 * The handler of the function. Decides by the gateway's resource, because the path of a request may begin
 * with a base path. @param surfaces by the first segment of their resources, such as `/events`.
 * @param other of all other resources.
 */
export const byResource =
  (surfaces: Readonly<Record<string, SurfaceHandler>>, other: SurfaceHandler): SurfaceHandler =>
  (event, context) => {
    const [, first = ''] = event.resource.split('/');
    const handler = Object.entries(surfaces).find(([prefix]) => prefix === `/${first}`)?.[1];
    return (handler ?? other)(event, context);
  };
