import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { answer } from './answer.ts';

/** Trusts the authorizer in front of it. */
export const handler = async ({
  requestContext,
}: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> =>
  answer(String(requestContext.authorizer?.user_id));
