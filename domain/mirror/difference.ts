/** A difference between a cloud and its mirror, as a walk finds it. */
import * as z from 'zod';

const DifferenceKind = z.enum([
  'created',
  'changed',
  'moved',
  'deleted',
  'failed',
  'applied',
  'held',
]);

/** A resource that was not as the cloud shows it. */
export const Difference = z.object({
  resource: z.enum(['host', 'server', 'port']),
  /** The name of a host, else an id. */
  id: z.string(),
  /**
   * What was done, or with a dry run would be done. `failed`: it stays as it is, `detail` says why.
   * `applied`: the cloud is brought to what Doctor shows. `held`: the cloud does not show it, and it
   * stays, `detail` says why.
   */
  kind: DifferenceKind,
  /** A sentence for an administrator; empty if there is nothing to say. */
  detail: z.string(),
});
export type Difference = z.infer<typeof Difference>;

/** What was done about one resource: nothing, or a difference. */
export type Mirrored = 'same' | Difference;
