/** What an administrator is to know about a walk, beside its counts. */
import { type Walk, walkParts } from './cloud-job.ts';
import { isMostMissing } from './port-sample.ts';

/**
 * Sentences; empty if there is nothing to say.
 * - Rows were kept although the cloud does not show them.
 * - Neutron hides ports that Nova shows, which the service user must be allowed to see.
 */
export function walkWarnings(walk: Walk): readonly string[] {
  const { counts, hidden, sample, phase } = walk;
  const kept = walkParts.flatMap((part) => {
    const held = counts[part].held - (part === 'ports' ? hidden : 0);
    return held > 0
      ? [
          `${held} ${part} that the cloud does not show were kept, because they are more than a tenth of what Doctor has: if they are gone, run doctor cloud sync --allow-deletions.`,
        ]
      : [];
  });
  const rights = 'the service user must be allowed to see the ports of all projects.';
  if (hidden > 0) kept.push(`Neutron hides ${hidden} ports of servers that Nova shows: ${rights}`);
  else if (phase === 'done' && isMostMissing(sample)) {
    const { taken, missing } = sample;
    kept.push(
      `Neutron hides ${missing.length} of ${taken} ports that Nova shows on its servers: ${rights}`,
    );
  }
  return kept;
}
