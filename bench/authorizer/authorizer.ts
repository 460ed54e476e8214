import { Logger } from '@aws-lambda-powertools/logger';
import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { makeAuthenticate } from '../../adapters/http/authenticate.ts';
import type { AccessRequest } from '../../adapters/http/surface.ts';
import { makeTokens } from '../../adapters/identity/tokens.ts';

const asked: AccessRequest = {
  basic: false,
  dialect: 'doctor',
  method: 'GET',
  path: '/',
  address: '127.0.0.1',
};
const authenticate = makeAuthenticate(makeTokens(async () => process.env.BENCH_KEY ?? ''));
const logger = new Logger();

/** The authorizer, which checks the token. The gateway calls it before it calls the function. */
export async function handler({
  headers,
  methodArn,
}: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> {
  const token = headers?.['X-Auth-Token'] ?? headers?.['x-auth-token'] ?? '';
  const { user_id } = await authenticate({ 'x-auth-token': token }, asked).catch(() => {
    throw new Error('Unauthorized'); // the gateway answers 401 to this message
  });
  logger.info('authorized', { user_id });
  // The policy allows every route, so the gateway can use its cached copy for all of them.
  const [api = '', stage = ''] = methodArn.split('/');
  return {
    principalId: user_id,
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: `${api}/${stage}/*` }],
    },
    context: { user_id },
  };
}
