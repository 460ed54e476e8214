/**
 * Why the flag `forced_down` of a host's service in Nova differs from the one that Doctor shows. The
 * reason says which of the two is changed.
 */
import { type AppliedService, mayBeOwn, type SeenService } from './applied-service.ts';

/**
 * - `own`: a request of Doctor is in flight, or came late. The flags are looked at again.
 * - `reported`: another caller set the flag in Nova, or took back what it had reported there. Doctor
 *   takes it over.
 * - `undone`: another caller forced a host up that Doctor had forced down. Nova gets Doctor's flag again.
 * - `unapplied`: Nova never got Doctor's flag, as of a host that failed before Doctor knew of the cloud,
 *   or refused it. Nova gets it.
 */
export type FlagDifference = 'own' | 'reported' | 'undone' | 'unapplied';

/**
 * The reason for a difference.
 * @param applied undefined if Doctor never wrote the flag of the host.
 * @param seen the flag in Nova; Doctor shows the opposite.
 * @param isReported whether a report of the source `nova` holds the host down now.
 */
export function flagDifference(
  applied: AppliedService | undefined,
  seen: SeenService,
  isReported: boolean,
): FlagDifference {
  if (mayBeOwn(applied, seen)) return 'own';
  if (seen.forced_down) return applied?.forced_down ? 'unapplied' : 'reported';
  if (isReported) return 'reported';
  return applied?.forced_down ? 'undone' : 'unapplied';
}
