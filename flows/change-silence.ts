/** Creates, changes and ends silences. */

import {
  isSameSilence,
  newSilence,
  type Silence,
  type SilenceRequest,
  silenceStatus,
  silenceUntil,
} from '../domain/alarms/silence.ts';
import { DomainError } from '../domain/errors.ts';
import { untilWritten } from './retry.ts';

/** What the flows need from outside. */
export type SilenceFlowDeps = {
  /** Read consistently; undefined if there is none. */
  readonly silence: (silence_id: string) => Promise<Silence | undefined>;
  readonly addSilence: (
    row: Silence,
    most: number,
  ) => Promise<'written' | 'known' | 'too many' | 'conflict'>;
  /** False if the row is no longer as it was read. */
  readonly changeSilence: (before: Silence, after: Silence) => Promise<boolean>;
  /** How many silences of a project may not have ended. */
  readonly silencesPerProject: number;
  readonly now: () => string;
};

/**
 * Creates a silence. Under the id of a silence of the same project, only its end and its reason may be
 * others than before: then they are changed.
 * @throws DomainError `forbidden` over the limit; `conflict` if the id is taken, or its silence has ended.
 */
export function makeSilence(
  deps: SilenceFlowDeps,
  request: SilenceRequest,
  by: Pick<Silence, 'silence_id' | 'created_by'>,
): Promise<{ readonly silence: Silence; readonly created: boolean }> {
  return untilWritten(async () => {
    const known = await deps.silence(by.silence_id);
    if (known) {
      const changed = await changedSilence(deps, known, request);
      return changed && { silence: changed, created: false };
    }
    const row = newSilence(request, { ...by, created_at: deps.now() });
    const end = await deps.addSilence(row, deps.silencesPerProject);
    if (end === 'too many') throw overLimit(deps);
    return end === 'written' ? { silence: row, created: true } : undefined;
  });
}

const overLimit = ({ silencesPerProject: most }: SilenceFlowDeps): DomainError =>
  new DomainError(
    'forbidden',
    `Silence quota exceeded: a project may have ${most} that have not ended.`,
  );

async function changedSilence(
  deps: SilenceFlowDeps,
  known: Silence,
  request: SilenceRequest,
): Promise<Silence | undefined> {
  const { silence_id, ends_at, reason } = known;
  if (!isSameSilence(known, request)) {
    const message = `Silence ${silence_id} exists, with other matchers or another start.`;
    throw new DomainError('conflict', message);
  }
  if (ends_at === request.ends_at && reason === request.reason) return known;
  if (silenceStatus(known, deps.now()) === 'expired') {
    throw new DomainError('conflict', `Silence ${silence_id} has ended.`);
  }
  const after = silenceUntil(known, request, deps.now());
  return (await deps.changeSilence(known, after)) ? after : undefined;
}

/** Ends a silence now. Does nothing if it has ended. */
export async function endSilenceNow(deps: SilenceFlowDeps, found: Silence): Promise<void> {
  await untilWritten(async () => {
    const known = await deps.silence(found.silence_id);
    const now = deps.now();
    if (!known || silenceStatus(known, now) === 'expired') return true;
    const after = silenceUntil(known, { ends_at: now, reason: known.reason }, now);
    return (await deps.changeSilence(known, after)) || undefined;
  });
}
