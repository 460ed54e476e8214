/** Follows an evacuation that Nova carries out for Doctor, until it has ended. */
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { grownPause } from '../domain/back-off.ts';
import { patiently } from './patiently.ts';
import { type CliSession, Failure } from './session.ts';

const Evacuation = z.object({
  evacuation: z
    .object({
      status: z.string(),
      executor: z.string(),
      dest: z.string().nullable(),
      reason: z.string().nullable(),
      progress: z.string().nullable(),
    })
    .nullable(),
});

/** The first and the longest pause between two reads of the evacuation, in milliseconds. */
const pauses = { first: 200, longest: 2_000 };

/** The end of an evacuation: where the server is, or why it did not move. */
export type EvacuationEnd = {
  readonly status: 'done' | 'failed';
  readonly host: string | null;
  readonly reason: string;
};

/** The newest evacuation of a server. */
async function lookAt(session: CliSession, id: string) {
  const path = `/servers/${encodeURIComponent(id)}/evacuation`;
  const answer = await patiently(session, { service: 'fault-management', path });
  return Evacuation.parse(answer).evacuation;
}

/** The newest evacuation of a server; null if it cannot be read, although the server may be moving. */
async function lookFirst(session: CliSession, id: string) {
  try {
    return await lookAt(session, id);
  } catch (error) {
    if (error instanceof Failure) return null;
    throw error;
  }
}

/**
 * Waits for the end of a server's evacuation. Returns undefined if there is no end to wait for: a
 * program other than Nova moves the server, or the evacuation cannot be read.
 * @param onProgress gets each new state.
 */
export async function followed(
  session: CliSession,
  id: string,
  onProgress: (text: string) => void,
): Promise<EvacuationEnd | undefined> {
  let last = '';
  for (let looks = 0; ; looks++) {
    const look = looks === 0 ? lookFirst : lookAt;
    const evacuation = await look(session, id);
    if (evacuation?.executor !== 'openstack') return undefined;
    const { status, dest, reason, progress } = evacuation;
    if (status === 'done') return { status, host: dest, reason: '' };
    if (status === 'failed' || status === 'error') {
      return { status: 'failed', host: null, reason: reason ?? 'The evacuation failed.' };
    }
    const shown = progress ?? status;
    if (shown !== last) onProgress(shown);
    last = shown;
    await sleep(grownPause(looks + 1, pauses));
  }
}
