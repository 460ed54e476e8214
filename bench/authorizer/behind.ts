import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { answer } from './answer.ts';

/** Believes what the authorizer in front says. */
export const handler = async ({
  requestContext,
}: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> =>
  answer(String(requestContext.authorizer?.user_id));
