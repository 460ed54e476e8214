/** The two surfaces that this function serves. */
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';

type Handler = (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>;

/**
 * Hands requests for the resources `/image` and `/image/{proxy+}` to the image surface, and all others
 * to the compute surface. The resource tells it also where a base path stands before the request's path.
 */
export const bySurface =
  (surfaces: { readonly compute: Handler; readonly image: Handler }): Handler =>
  (event, context) =>
    /^\/image(\/|$)/.test(event.resource)
      ? surfaces.image(event, context)
      : surfaces.compute(event, context);
