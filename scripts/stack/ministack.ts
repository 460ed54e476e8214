import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { end, processesOf } from './processes.ts';
import { Refusal } from './progress.ts';
import { root, type StackState, stateDir } from './state.ts';

const logFile = join(stateDir, 'ministack.log');

/** The emulator's root account: everything may be done with it, and only there. */
export const rootCredentials = { accessKeyId: 'test', secretAccessKey: 'test' } as const;
export const region = 'us-east-1';

/** The caller's environment without its AWS account, and with the emulator's instead. */
export function emulatorEnv(endpoint: string): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
  return {
    ...Object.fromEntries(own),
    AWS_ACCESS_KEY_ID: rootCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: rootCredentials.secretAccessKey,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL: endpoint,
    // An address instead of a name makes the SDK put the bucket into the path.
    AWS_ENDPOINT_URL_S3: endpoint.replace('localhost', '127.0.0.1'),
  };
}

/** Listens for a moment; port 0 asks for any free one. Undefined if somebody else listens there. */
const tryPort = (port: number): Promise<number | undefined> =>
  new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(undefined));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      const taken = typeof address === 'object' ? address?.port : undefined;
      server.close(() => done(taken));
    });
  });

async function choosePort(wanted: number): Promise<number> {
  const port = await tryPort(wanted);
  if (port !== undefined) return port;
  const free = await tryPort(0);
  if (free === undefined) throw new Refusal('No free port on 127.0.0.1.');
  console.log(`Port ${wanted} belongs to somebody else: taking ${free}.`);
  return free;
}

export async function answers(endpoint: string): Promise<boolean> {
  try {
    const url = `${endpoint}/_ministack/health`;
    return (await fetch(url, { signal: AbortSignal.timeout(2000) })).ok;
  } catch {
    return false;
  }
}

/** Starts MiniStack in the background, with nothing in it, and waits until it answers. */
export async function startMiniStack(wantedPort: number): Promise<StackState> {
  const port = await choosePort(wantedPort);
  const instance = `doctor-stack-${randomBytes(6).toString('hex')}`;
  const dataDir = mkdtempSync(join(tmpdir(), `${instance}-`));
  // Lambda workers are CommonJS files in there, whatever package.json is above.
  writeFileSync(join(dataDir, 'package.json'), '{ "type": "commonjs" }\n');
  mkdirSync(stateDir, { recursive: true });
  const log = openSync(logFile, 'w');
  const endpoint = `http://localhost:${port}`;
  // The last argument is only there to be seen in the process table: see processes.ts.
  const main = 'import sys; sys.argv.pop(); from ministack.app import main; main()';
  const child = spawn(join(root, '.venv/bin/python'), ['-c', main, instance], {
    cwd: dataDir,
    detached: true,
    stdio: ['ignore', log, log],
    env: {
      // Its AWS_ENDPOINT_URL is for the functions: the host of the queues' URLs, or the SDK warns.
      ...emulatorEnv(endpoint),
      PATH: [join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter),
      TMPDIR: dataDir,
      GATEWAY_PORT: String(port),
      BIND_HOST: '127.0.0.1',
      LAMBDA_EXECUTOR: 'local',
      AUTH: 'true', // enforce the functions' IAM policies
      IOT_MTLS_ENABLED: '0',
      SFTP_ENABLED: '0',
    },
  });
  closeSync(log);
  child.unref();
  let failure: string | undefined;
  child.once('error', (error) => {
    failure = error.message;
  });
  child.once('exit', (code) => {
    failure = `it ended with ${code}`;
  });
  const deadline = Date.now() + 60_000;
  while (!(await answers(endpoint))) {
    if (Date.now() > deadline) failure = 'no answer within 60 s';
    if (failure !== undefined || child.pid === undefined) {
      await end(instance);
      const last = readFileSync(logFile, 'utf8').trim().split('\n').slice(-8).join('\n');
      throw new Refusal(`MiniStack did not start, ${failure}:\n${last}\n\nAll of it: ${logFile}`);
    }
    await sleep(100);
  }
  const startedAt = new Date().toISOString();
  return { pid: child.pid ?? 0, instance, port, endpoint, dataDir, startedAt };
}

/** Whether a stack that we wrote down is still there and answers. */
export async function isAlive({ instance, endpoint }: StackState): Promise<boolean> {
  return processesOf(instance).length > 0 && (await answers(endpoint));
}

/** Ends a stack's processes, the Lambda workers included, and removes its data. */
export async function stopMiniStack({ instance, dataDir }: StackState): Promise<void> {
  await end(instance);
  rmSync(dataDir, { recursive: true, force: true });
}
