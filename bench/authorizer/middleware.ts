import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { makeAuthenticate } from '../../adapters/http/authenticate.ts';
import type { AccessRequest } from '../../adapters/http/surface.ts';
import { makeTokens } from '../../adapters/identity/tokens.ts';
import { answer, refusal } from './answer.ts';

const asked: AccessRequest = {
  basic: false,
  dialect: 'doctor',
  method: 'GET',
  path: '/',
  address: '127.0.0.1',
};
const authenticate = makeAuthenticate(makeTokens(async () => process.env.BENCH_KEY ?? ''));

/** Checks the token itself, as Doctor's surfaces do. */
export async function handler({ headers }: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  try {
    const token = headers['X-Auth-Token'] ?? headers['x-auth-token'] ?? '';
    const caller = await authenticate({ 'x-auth-token': token }, asked);
    return answer(caller.user_id);
  } catch {
    return refusal;
  }
}
