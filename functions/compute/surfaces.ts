/** The two surfaces that this function serves. */
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';

type Handler = (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>;

/**
 * The handler of the function: the resources `/image` and `/image/{proxy+}` go to the image surface, all
 * others to the compute surface. Decides by the resource, because the path of a request may begin
 * with a base path.
 */
export const bySurface =
  (surfaces: { readonly compute: Handler; readonly image: Handler }): Handler =>
  (event, context) =>
    /^\/image(\/|$)/.test(event.resource)
      ? surfaces.image(event, context)
      : surfaces.compute(event, context);
