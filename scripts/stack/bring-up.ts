import { accountsExist, makeAccounts, removeAccounts } from './accounts.ts';
import { assemblyHash, deploy } from './deploy.ts';
import { isAlive, startMiniStack, stopMiniStack } from './ministack.ts';
import { step } from './progress.ts';
import { forgetState, type StackState, savedState, saveState } from './state.ts';

export type Stack = Required<StackState>;

/** The stack of this state directory, running and deployed; `reused` if it ran before. */
export async function bringUp(port: number): Promise<{ stack: Stack; reused: boolean }> {
  const saved = savedState();
  const reused = saved !== undefined && (await isAlive(saved));
  if (saved && !reused) await takeDown(); // what a crash left behind
  const state = reused
    ? saved
    : await step('Starting the embedded stack', () => startMiniStack(port));
  if (reused) console.log(`Using the stack that is up at ${state.endpoint}`);
  saveState(state);
  try {
    return { stack: await bringUpToDate(state), reused };
  } catch (error) {
    if (!reused) await takeDown();
    throw error;
  }
}

/** Deploys what changed since the last deployment, if anything. */
async function bringUpToDate(state: StackState): Promise<Stack> {
  const deployed = assemblyHash();
  const { outputs: known } = state;
  if (state.deployed === deployed && known && accountsExist()) {
    return { ...state, deployed, outputs: known };
  }
  const outputs = await step('Deploying Doctor with CDK', () => deploy(state.endpoint));
  const stack: Stack = { ...state, deployed, outputs };
  await step('Making the accounts', () => makeAccounts(stack));
  saveState(stack);
  return stack;
}

/** Ends the stack of this state directory, and leaves nothing of it. False if there was none. */
export async function takeDown(): Promise<boolean> {
  const state = savedState();
  removeAccounts();
  if (!state) return false;
  await stopMiniStack(state);
  forgetState();
  return true;
}

/** The port that people expect; another one can be asked for. */
export const wantedPort = (): number => Number(process.env.DOCTOR_PORT ?? 4566);
