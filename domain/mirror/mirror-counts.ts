/** How many resources a walk of the cloud saw, and what was done about them. */
import * as z from 'zod';
import type { Difference } from './difference.ts';

const Count = z.int().min(0);

/** The counts of one kind of resource. */
export const MirrorCounts = z.object({
  /** Resources that the cloud showed. */
  seen: Count,
  created: Count,
  changed: Count,
  moved: Count,
  deleted: Count,
  failed: Count,
  /** Brought to what Doctor shows, in the cloud. Missing in older rows; read as 0, as is `held`. */
  applied: Count.default(0),
  /** Not shown by the cloud, and kept. */
  held: Count.default(0),
});
export type MirrorCounts = z.infer<typeof MirrorCounts>;

/** The counts before anything was seen. */
export const nothingCounted: MirrorCounts = {
  seen: 0,
  created: 0,
  changed: 0,
  moved: 0,
  deleted: 0,
  failed: 0,
  applied: 0,
  held: 0,
};

/** The counts with those of one page. */
export function countedWith(
  before: MirrorCounts,
  seen: number,
  differences: readonly Difference[],
): MirrorCounts {
  const counts = { ...before, seen: before.seen + seen };
  for (const { kind } of differences) counts[kind] += 1;
  return counts;
}
