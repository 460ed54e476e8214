import { type StackState, savedState, stateDir } from '../../scripts/stack/state.ts';

/** The deployed stack that the tests talk to. Throws, saying what to do, where there is none. */
export function readStack(): Required<StackState> {
  const state = savedState();
  if (!state?.outputs || !state.deployed) {
    throw new Error(`No deployed stack in ${stateDir}: run "npm run up" first, or "npm test".`);
  }
  return { ...state, deployed: state.deployed, outputs: state.outputs };
}
