import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeTokens } from '../../adapters/identity/tokens.ts';
import { admin, grantFor } from '../../domain/identity/identity.ts';
import { request } from '../../scripts/stack/api.ts';
import type { Stack } from '../../scripts/stack/bring-up.ts';
import { emulatorEnv } from '../../scripts/stack/ministack.ts';
import { step } from '../../scripts/stack/progress.ts';
import { root, stateDir } from '../../scripts/stack/state.ts';
import { type Figure, spread } from '../figures.ts';

const warmUp = 20;

/** The ways to authenticate, by their paths in the throwaway API. */
const ways = {
  middleware: 'in the function',
  authorizer: 'authorizer',
  cached: 'authorizer, cached',
} as const;

/** Deploys or destroys the throwaway stack. */
function cdk({ endpoint }: Stack, verb: 'deploy' | 'destroy', key: string, ...more: string[]) {
  const args = [
    ...[
      verb,
      'AuthorizerBench',
      '--app',
      'node bench/authorizer/app.ts',
      '--context',
      `key=${key}`,
    ],
    ...['--output', join(stateDir, 'cdk.authorizer.out'), ...more],
  ];
  const env = { ...emulatorEnv(endpoint), CI: 'true' };
  return promisify(execFile)(join(root, 'node_modules/.bin/cdk'), args, { cwd: root, env });
}

/** One answer behind the check in the function and behind an authorizer, asked for in turn. */
export async function authorizerBench(stack: Stack, runs: number): Promise<Figure[]> {
  const key = randomBytes(32).toString('hex');
  const deployment = ['--require-approval', 'never', '--method', 'direct'];
  await step('Deploying two ways', () => cdk(stack, 'deploy', key, ...deployment));
  try {
    return await measured(stack, key, runs);
  } finally {
    await cdk(stack, 'destroy', key, '--force');
  }
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
