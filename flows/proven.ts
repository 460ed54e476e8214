/** Whether events that were sent beside their transaction happened. Decision: docs/adr/0053. */
import type { WriteProof } from '../domain/events/messages.ts';

/**
 * `written`: the transaction of the proof was written. `refused`: it never will be, since another has its
 * place. `open`: neither can be seen yet.
 */
export type ProofState = 'written' | 'refused' | 'open';

/** What the question needs from outside. */
export type ProofDeps = {
  /** Whether the transaction of the proof was written, read consistently. */
  readonly proofState: (proof: WriteProof) => Promise<ProofState>;
};

/** The pauses between the reads, in milliseconds: one second in all. A transaction takes 5 to 100 ms. */
const pauses = [5, 10, 20, 40, 80, 160, 300, 400] as const;

/**
 * Waits until it shows whether the events of the proof happened.
 * @returns false also if it does not show within a second: should the transaction be written later,
 * the stream sends its events.
 */
export async function isProven({ proofState }: ProofDeps, proof: WriteProof): Promise<boolean> {
  let state = await proofState(proof);
  for (const pause of pauses) {
    if (state !== 'open') break;
    await new Promise((resolve) => setTimeout(resolve, pause));
    state = await proofState(proof);
  }
  return state === 'written';
}
