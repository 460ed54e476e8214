/**
 * Who holds a host down. The list stands in the host's row, so that one conditional write decides over
 * raises and clears that come at the same time. Decision: docs/adr/0035.
 */
import * as z from 'zod';

/** The source of the report that administrators make with `os-services` and `os-hosts`. */
export const ownSource = 'os-services';

/** The source of the conditions that missed heartbeats raise. */
export const heartbeatSource = 'heartbeat';

/** What holds a host down. */
export const Holder = z.object({
  /** The condition; `os-services` for the report of an administrator. */
  condition_id: z.string(),
  source: z.string(),
  /** Whether the host is fenced: then its servers are stopped. */
  fenced: z.boolean(),
  /** Whether the source has cleared the condition, and the host stays down until an administrator ends it. */
  cleared: z.boolean(),
});
export type Holder = z.infer<typeof Holder>;

/** The most conditions that hold one target: its row stays small, and one transaction ends them all. */
export const mostHolders = 50;

/**
 * The most of them of one source, so that it leaves room for others; a report of a fenced host may
 * be one more.
 */
export const mostOfSource = 20;

/** The holder of the report of an administrator. */
export const ownHolder = (fenced: boolean): Holder => ({
  condition_id: ownSource,
  source: ownSource,
  fenced,
  cleared: false,
});

/** The fields of a host's row that say whether it is down, and who holds it down. */
type Held = {
  readonly forced_down: boolean;
  readonly instances_left: boolean;
  readonly held_by: readonly Holder[];
};

/**
 * All that holds a host down. A host that is forced down without a holder, as in rows written before the list
 * existed, is held by an administrator.
 */
export const holdersOf = ({ forced_down, instances_left, held_by }: Held): readonly Holder[] =>
  forced_down && held_by.length === 0 ? [ownHolder(!instances_left)] : held_by;

/** The host's fields that follow from what holds it: it has failed if one of them says that it is fenced. */
export const heldFields = (held_by: readonly Holder[]) => ({
  forced_down: held_by.length > 0,
  instances_left: held_by.length > 0 && !held_by.some(({ fenced }) => fenced),
  held_by: [...held_by],
});

/** Whether missed heartbeats are among the holders, and no heartbeat has come since. */
export const hasMissedHeartbeats = (holders: readonly Holder[]): boolean =>
  holders.some(({ source, cleared }) => source === heartbeatSource && !cleared);

/** The list with a holder. One that said that the host is fenced keeps to it. */
export function withHolder(holders: readonly Holder[], holder: Holder): readonly Holder[] {
  const known = holders.find(({ condition_id }) => condition_id === holder.condition_id);
  if (!known) return [...holders, holder];
  const merged = { ...holder, fenced: known.fenced || holder.fenced };
  return holders.map((each) => (each === known ? merged : each));
}

/** The list without the holder of a condition. */
export const withoutHolder = (
  holders: readonly Holder[],
  condition_id: string,
): readonly Holder[] => holders.filter((each) => each.condition_id !== condition_id);

/** Why a target cannot have one more holder; undefined if it can. */
export function noRoomFor(
  holders: readonly Holder[],
  { source, fenced }: Pick<Holder, 'source' | 'fenced'>,
): string | undefined {
  const own = holders.filter((holder) => holder.source === source).length;
  if (!fenced && own >= mostOfSource) {
    return `${mostOfSource} conditions of the source ${source} hold this target already; no more of it are recorded.`;
  }
  if (holders.length < mostHolders) return undefined;
  return `${mostHolders} conditions hold this target already; no more are recorded.`;
}
