import { accountsExist, makeAccounts, removeAccounts } from './accounts.ts';
import { assemblyHash, deploy } from './deploy.ts';
import {
  checkRowFormat,
  discardKept,
  holdSnapshots,
  isKept,
  keptName,
  noteRowFormat,
  problemOf,
  save,
  userOfKept,
} from './kept.ts';
import {
  answersInTime,
  isRunning,
  patienceMs,
  startMiniStack,
  stopMiniStack,
} from './ministack.ts';
import { choosePort, isFree } from './ports.ts';
import { end } from './processes.ts';
import { Refusal, step } from './progress.ts';
import { forgetState, type StackState, savedState, saveState } from './state.ts';

export type Stack = Required<StackState>;

/** Whether the data of a stack is kept when its process ends. */
export type Keep = 'data' | 'nothing';

/**
 * Starts the stack of this state directory with the data that an earlier one kept, and deploys
 * Doctor to it. Deletes nothing. `reused`: the stack was up before.
 * @throws Refusal if that is not possible.
 */
export async function bringUp(
  port: number,
  keep: Keep,
): Promise<{ stack: Stack; reused: boolean }> {
  const saved = savedState();
  const reused = saved !== undefined && isRunning(saved);
  const state = reused ? await reach(saved) : await start(saved, port, keep);
  try {
    return { stack: await bringUpToDate(state), reused };
  } catch (error) {
    if (!reused) await takeDown({ discard: state.outputs === undefined });
    throw error;
  }
}

/** Waits until a running stack answers. It does not stop a stack that is too busy to answer. */
async function reach(state: StackState): Promise<StackState> {
  const { endpoint, pid } = state;
  const wait = () => answersInTime(endpoint);
  if (!(await step(`Asking the stack that is up at ${endpoint}`, wait))) {
    throw new Refusal(
      `The stack at ${endpoint} (process ${pid}) runs, and has not answered for ${patienceMs() / 1000} s.\n` +
        'It may be busy or suspended. Nothing was changed: try again later.\n' +
        '"npm run down" stops it and keeps its data; "npm run down -- --discard" deletes its data as well.',
    );
  }
  console.log(`Using the stack that is up at ${endpoint}`);
  const problem = isKept() ? await problemOf(endpoint) : null;
  if (problem !== null) console.log(`Its data cannot be written to ${keptName}: ${problem}.`);
  return state;
}

/** Starts the process with the kept data, or as a new stack if there is none. */
async function start(
  saved: StackState | undefined,
  wanted: number,
  keep: Keep,
): Promise<StackState> {
  if (!saved && isKept()) {
    throw new Refusal(
      `There is data in ${keptName}, but stack.json, which belongs to it, is gone.\n` +
        '"npm run down -- --discard" deletes the data.',
    );
  }
  if (saved) await stopMiniStack(saved); // workers that a crashed stack left behind
  if (saved?.outputs && isKept()) {
    checkRowFormat();
    const { port, deployed, outputs } = saved;
    if (!(await isFree(port))) {
      throw new Refusal(
        `Port ${port} is in use by another process. Clients know the stack whose data is in ${keptName} by\n` +
          'that port: free it and try again. Nothing was changed.\n' +
          '"npm run down -- --discard" deletes the data; the next stack then takes another port.',
      );
    }
    const before = { ...(deployed && { deployed }), outputs };
    return step('Starting the embedded stack with its data', () =>
      startMiniStack({ port, keeps: 'old', before }),
    );
  }
  await takeDown({ discard: true }); // the stack was never deployed, or keeps no data
  const keeps = keep === 'data' ? 'new' : 'nothing';
  return step('Starting the embedded stack', async () =>
    startMiniStack({ port: await choosePort(wanted), keeps, before: {} }),
  );
}

/** Deploys what changed since the last deployment, if anything. */
async function bringUpToDate(state: StackState): Promise<Stack> {
  const deployed = assemblyHash();
  const { endpoint, outputs: known } = state;
  if (state.deployed === deployed && known && accountsExist()) {
    return { ...state, deployed, outputs: known };
  }
  const kept = isKept();
  if (kept) checkRowFormat();
  if (kept) await holdSnapshots(endpoint);
  try {
    const outputs = await step('Deploying Doctor with CDK', () =>
      deploy(endpoint, { over: kept && known !== undefined }),
    );
    const stack: Stack = { ...state, deployed, outputs };
    await step('Making the accounts', () => makeAccounts(stack));
    if (kept) await save(endpoint);
    if (kept) noteRowFormat();
    saveState(stack);
    return stack;
  } catch (error) {
    if (kept && known) await save(endpoint).catch(() => {}); // CloudFormation has rolled it back
    throw error;
  }
}

/** The result of `takeDown`: whether the stack was up, and what became of its data. */
export type TakenDown = { wasUp: boolean; data: 'none' | 'kept' | 'discarded' };

/** Stops the stack of this state directory. Its data is kept unless `discard` is true. */
export async function takeDown({ discard }: { discard: boolean }): Promise<TakenDown> {
  const state = discard ? ifReadable(savedState) : savedState();
  const wasUp = state !== undefined && isRunning(state);
  const kept = isKept();
  if (wasUp && kept && !discard && (await problemOf(state.endpoint)) !== null) {
    await save(state.endpoint); // it refuses if data is not on disk, because that data would be lost
  }
  if (state) await stopMiniStack(state);
  const user = userOfKept();
  if (discard && user) await end(user); // if stack.json cannot be read, the lock names the stack
  if (kept && !discard) return { wasUp, data: 'kept' };
  discardKept();
  removeAccounts();
  forgetState();
  return { wasUp, data: kept ? 'discarded' : 'none' };
}

const ifReadable = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch {
    return undefined;
  }
};

/** The port for a new stack: `DOCTOR_PORT`, or the emulator's usual one. */
export const wantedPort = (): number => Number(process.env.DOCTOR_PORT ?? 4566);
