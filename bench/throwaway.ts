import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Stack } from '../scripts/stack/bring-up.ts';
import { emulatorEnv } from '../scripts/stack/ministack.ts';
import { step } from '../scripts/stack/progress.ts';
import { root, stateDir } from '../scripts/stack/state.ts';

/** A CDK stack that exists for one scenario only. */
export type Throwaway = {
  /** The name of the stack, and the file of its app from the root. */
  readonly name: string;
  readonly app: string;
  readonly context?: Readonly<Record<string, string>>;
};

/** Deploys a stack beside Doctor's, and destroys it after use. */
export async function withThrowaway<T>(
  { endpoint }: Stack,
  { name, app, context = {} }: Throwaway,
  use: () => Promise<T>,
): Promise<T> {
  const cdk = (verb: 'deploy' | 'destroy', ...more: readonly string[]) =>
    promisify(execFile)(
      join(root, 'node_modules/.bin/cdk'),
      [
        ...[verb, name, '--app', `node ${app}`, '--output', join(stateDir, `cdk.${name}.out`)],
        ...Object.entries(context).flatMap(([key, value]) => ['--context', `${key}=${value}`]),
        ...more,
      ],
      { cwd: root, env: { ...emulatorEnv(endpoint), CI: 'true' } },
    );
  await step(`Deploying ${name}`, () =>
    cdk('deploy', '--require-approval', 'never', '--method', 'direct'),
  );
  try {
    return await use();
  } finally {
    await cdk('destroy', '--force');
  }
}
