import './localstack-state.ts';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { makeAccounts, removeAccounts } from './stack/accounts.ts';
import { assemblyHash, deploy, dockerHost, loopback } from './stack/deploy.ts';
import { Refusal, run, step } from './stack/progress.ts';
import { forgetState, root, saveState } from './stack/state.ts';

// `npm run test:localstack`: runs the same tests on LocalStack, which needs Docker. LocalStack does
// not enforce IAM policies; the stack of `npm test` does.

const port = Number(process.env.LOCALSTACK_PORT ?? 4567);

/** Runs a command and shows its output. Returns its exit status. */
const show = (command: string, ...args: string[]): Promise<number> =>
  new Promise((done) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
    child.once('error', () => done(127));
    child.once('close', (code) => done(code ?? 1));
  });

await run(async () => {
  const up = await show('docker', 'compose', 'up', '--detach', '--wait');
  if (up !== 0) throw new Refusal('LocalStack did not start. It needs Docker with Compose.');
  try {
    const endpoint = `http://localhost:${port}`;
    const outputs = await step('Deploying Doctor with CDK', () =>
      deploy(endpoint, { webhookAllowedRanges: `${loopback},${dockerHost}` }),
    );
    const stack = {
      pid: 0,
      instance: `localstack-${randomUUID()}`,
      dataDir: '',
      port,
      endpoint,
      startedAt: new Date().toISOString(),
      deployed: assemblyHash(),
      outputs,
    };
    await step('Making the accounts', () => makeAccounts(stack));
    saveState(stack);
    return await show('vitest', 'run', '--project', 'adapters', '--project', 'e2e');
  } finally {
    await show('docker', 'compose', 'down', '--volumes');
    removeAccounts();
    forgetState();
  }
});
