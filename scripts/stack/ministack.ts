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
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { keptDir, keptName } from './kept.ts';
import { commandOf, end } from './processes.ts';
import { Refusal } from './progress.ts';
import { root, type StackState, saveState, stateDir } from './state.ts';

const logFile = join(stateDir, 'ministack.log');

/**
 * The credentials of the emulator's root account. They permit everything on the emulator, and exist
 * only there.
 */
export const rootCredentials = { accessKeyId: 'test', secretAccessKey: 'test' } as const;
export const region = 'us-east-1';

/** The caller's environment, with the emulator's AWS account in place of the caller's own. */
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

/** Whether MiniStack answers at an endpoint, within two seconds. */
export async function answers(endpoint: string): Promise<boolean> {
  try {
    const url = `${endpoint}/_ministack/health`;
    return (await fetch(url, { signal: AbortSignal.timeout(2000) })).ok;
  } catch {
    return false;
  }
}

/** How long a stack may take to start, or to answer while it is busy; milliseconds. */
export const patienceMs = (): number => Number(process.env.DOCTOR_PATIENCE_SECONDS ?? 60) * 1000;

/** Waits until a stack answers. False if it has not answered in time. */
export async function answersInTime(endpoint: string): Promise<boolean> {
  const deadline = Date.now() + patienceMs();
  while (!(await answers(endpoint))) {
    if (Date.now() > deadline) return false;
    await sleep(100);
  }
  return true;
}

export type Start = {
  port: number;
  /**
   * `nothing`: the data is deleted when the stack ends; `new`: data is kept from now on; `old`: the
   * stack needs the data that an earlier one kept.
   */
  keeps: 'nothing' | 'new' | 'old';
  /** What an earlier stack recorded. */
  before: Pick<StackState, 'deployed' | 'outputs'>;
};

/** Starts MiniStack in the background, records that it runs, and waits until it answers. */
export async function startMiniStack({ port, keeps, before }: Start): Promise<StackState> {
  const instance = `doctor-stack-${randomBytes(6).toString('hex')}`;
  const dataDir = mkdtempSync(join(tmpdir(), `${instance}-`));
  // Lambda workers in this folder are CommonJS files, whatever a package.json above it says.
  writeFileSync(join(dataDir, 'package.json'), '{ "type": "commonjs" }\n');
  mkdirSync(stateDir, { recursive: true });
  const log = openSync(logFile, 'w');
  const endpoint = `http://localhost:${port}`;
  // The last argument is for the process table only: processes.ts finds the process by it.
  const child = spawn(join(root, '.venv/bin/python'), ['-m', 'keeper.main', instance], {
    cwd: dataDir,
    detached: true,
    stdio: ['ignore', log, log],
    env: {
      // The functions get this AWS_ENDPOINT_URL. Its host must be that of the queues' URLs, or the
      // SDK warns.
      ...emulatorEnv(endpoint),
      PATH: [join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter),
      PYTHONPATH: join(root, 'scripts/stack'),
      TMPDIR: dataDir,
      GATEWAY_PORT: String(port),
      BIND_HOST: '127.0.0.1',
      LAMBDA_EXECUTOR: 'local',
      AUTH: 'true', // enforce the functions' IAM policies
      IOT_MTLS_ENABLED: '0',
      SFTP_ENABLED: '0',
      PERSIST_STATE: '0', // MiniStack's own persistence loses data: see docs/adr/0026
      ...(keeps !== 'nothing' && { DOCTOR_KEPT_DIR: keptDir, STATE_DIR: keptDir }),
      ...(keeps === 'old' && { DOCTOR_KEPT_EXPECTED: '1' }),
    },
  });
  closeSync(log);
  child.unref();
  let failure: string | undefined;
  child.once('error', (error) => {
    failure = error.message;
  });
  child.once('exit', (code) => {
    failure = code === unusable ? undefined : `it ended with ${code}`;
    ended = true;
  });
  let ended = false;
  const startedAt = new Date().toISOString();
  const state = { pid: child.pid ?? 0, instance, port, endpoint, dataDir, startedAt, ...before };
  saveState(state); // recorded at once, so that a command that is interrupted now leaves no unknown process behind
  const deadline = Date.now() + patienceMs();
  while (!(await answers(endpoint))) {
    if (Date.now() > deadline) failure = `no answer within ${patienceMs() / 1000} s`;
    if (ended || failure !== undefined || child.pid === undefined) {
      await stopMiniStack(state);
      throw new Refusal(whyNot(failure));
    }
    await sleep(100);
  }
  return state;
}

/** The exit status of keeper/main.py when it cannot use the data. */
const unusable = 3;

/** The message for a stack that did not start, from its log. */
function whyNot(failure: string | undefined): string {
  const lines = readFileSync(logFile, 'utf8').trim().split('\n');
  const kept = lines.findLast((line) => line.startsWith('kept: '));
  if (failure === undefined && kept !== undefined) {
    return (
      `The stack's data in ${keptName} cannot be used: ${kept.slice('kept: '.length)}.\n` +
      'Nothing of it was changed. "npm run down -- --discard" deletes it, and lets you begin anew.'
    );
  }
  const last = lines.slice(-8).join('\n');
  return `MiniStack did not start, ${failure}:\n${last}\n\nAll of it: ${logFile}`;
}

/** True if the emulator's own process exists, busy or suspended. Its workers do not count. */
export const isRunning = ({ pid, instance }: StackState): boolean =>
  commandOf(pid).includes(instance);

/**
 * Ends a stack's processes, the Lambda workers included, and removes its working files. Kept data
 * stays. It is on disk before a caller has an answer, so the process may end at any time.
 */
export async function stopMiniStack({ instance, dataDir }: StackState): Promise<void> {
  await end(instance);
  rmSync(dataDir, { recursive: true, force: true });
}
