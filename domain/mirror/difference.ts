/** What a walk of the cloud found, and how it is counted. */
import * as z from 'zod';

const DifferenceKind = z.enum(['created', 'changed', 'moved', 'deleted', 'failed']);

/** A resource that was not as the cloud shows it. */
export const Difference = z.object({
  resource: z.enum(['host', 'server', 'port']),
  /** The name of a host, else an id. */
  id: z.string(),
  /** What was done, or with a dry run would be done; `failed`: it stays as it is, `detail` says why. */
  kind: DifferenceKind,
  /** A sentence for an administrator; empty if there is nothing to say. */
  detail: z.string(),
});
export type Difference = z.infer<typeof Difference>;

/** What was done about one resource: nothing, or a difference. */
export type Mirrored = 'same' | Difference;

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
