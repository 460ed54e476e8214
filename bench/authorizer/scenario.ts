import { randomBytes } from 'node:crypto';
import { makeTokens } from '../../adapters/identity/tokens.ts';
import { admin, grantFor } from '../../domain/identity/identity.ts';
import { request } from '../../scripts/stack/api.ts';
import type { Stack } from '../../scripts/stack/bring-up.ts';
import { type Figure, spread } from '../figures.ts';
import { withThrowaway } from '../throwaway.ts';

const warmUp = 20;

/** The ways to authenticate, by their paths in the throwaway API. */
const ways = {
  middleware: 'in the function',
  authorizer: 'authorizer',
  cached: 'authorizer, cached',
} as const;

/** Measures, in turn, a function that checks the token itself and one behind an authorizer. */
export async function authorizerBench(stack: Stack, runs: number): Promise<Figure[]> {
  const key = randomBytes(32).toString('hex');
  const throwaway = { name: 'AuthorizerBench', app: 'bench/authorizer/app.ts', context: { key } };
  return withThrowaway(stack, throwaway, () => measured(stack, key, runs));
}

async function measured({ endpoint }: Stack, key: string, runs: number): Promise<Figure[]> {
  const now = Math.floor(Date.now() / 1000);
  const grant = grantFor({ account: admin, scope: { kind: 'default' }, audit_id: 'bench', now });
  const token = await makeTokens(async () => key).sign(grant);
  const get = async (path: string): Promise<number> => {
    const url = `${endpoint}/restapis/authorizer-bench/api/_user_request_/${path}`;
    const started = performance.now();
    const { status, body } = await request(url, 'GET', { headers: { 'x-auth-token': token } });
    const ms = performance.now() - started;
    if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
    return ms;
  };
  const times = new Map(Object.keys(ways).map((path): [string, number[]] => [path, []]));
  for (let n = 0; n < runs + warmUp; n++) {
    for (const [path, found] of times) {
      const ms = await get(path);
      if (n >= warmUp) found.push(ms);
    }
  }
  return Object.entries(ways).flatMap(([path, name]) =>
    spread('authentication', name, times.get(path) ?? []),
  );
}
