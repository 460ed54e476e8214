/**
 * What conditions do to ports, to servers and to the network beneath a host. Each such state has a
 * row that lists the conditions that hold it, so one conditional write decides. The state of the
 * target is written afterwards, and the row says which of its changes are applied. Decision:
 * docs/adr/0036.
 */
import * as z from 'zod';
import { Holder, noRoomFor, withHolder, withoutHolder } from '../hosts/holders.ts';
import { type Condition, cleared, idOfCondition, type MonitorReport, raised } from './condition.ts';
import { type ConditionStep, renewal } from './host-condition.ts';
import { aspectOf, type ConditionEffect, type Observation } from './observation.ts';
import { endOfNone } from './order.ts';
import type { Source } from './source.ts';

/**
 * The conditions that hold one state of a target, and which change of the list is applied to the
 * target.
 */
export const Holds = z.object({
  /** The target and its state, as `holdsId` writes it. */
  holds_id: z.string(),
  holders: z.array(Holder),
  /** Raised whenever the target's state is to change. */
  revision: z.int().min(0),
  /** The revision that is applied to the target. */
  applied: z.int().min(0),
  /** Raised by each write. The next write has it as its condition. */
  version: z.int().min(0),
});
export type Holds = z.infer<typeof Holds>;

/** The row of a target that no condition ever held. */
export const noHolders = (holds_id: string): Holds => ({
  holds_id,
  holders: [],
  revision: 0,
  applied: 0,
  version: 0,
});

/** The id of the row that lists what holds the state which an effect changes. */
export const holdsId = (target: string, effect: ConditionEffect): string =>
  `#holds#${target}#${aspectOf(effect)}`;

/** What a report changes: the condition's row, and with `holds` who holds the target. */
export type TargetStep =
  | (Extract<ConditionStep, { readonly condition: Condition }> & {
      readonly holds?: Holds | undefined;
    })
  | Extract<ConditionStep, { readonly kind: 'ignored' }>;

type Found = { readonly holds: Holds; readonly before: Condition | undefined };
type From = { readonly source: Source; readonly by: MonitorReport };

/** The row with other holders: its revision rises if the target begins or ceases to be held. */
function heldBy(holds: Holds, holders: readonly Holder[]): Holds {
  const changes = holders.length > 0 !== holds.holders.length > 0;
  return {
    ...holds,
    holders: [...holders],
    revision: holds.revision + (changes ? 1 : 0),
    version: holds.version + 1,
  };
}

/**
 * A raise of a condition. A repeated raise is only renewed, but for an event of a target that has recovered.
 * @param recovered whether the target's state is no longer the one that the condition gave it.
 */
export function raiseOnTarget(
  { holds, before, recovered }: Found & { readonly recovered: boolean },
  observation: Observation,
  { source, by }: From,
): TargetStep {
  const condition_id = idOfCondition(source.name, observation);
  const known = holds.holders.find((holder) => holder.condition_id === condition_id);
  const isNew = observation.isEvent === true && recovered;
  if (known && !known.cleared && before?.state === 'raised' && !isNew) {
    return renewal(before, observation, { source, by });
  }
  const holder = { condition_id, source: source.name, fenced: false, cleared: false };
  const refusal = known ? undefined : noRoomFor(holds.holders, holder);
  if (refusal) return { kind: 'ignored', reason: refusal };
  const condition = raised(before, observation, by, { fenced: false, fault_id: null });
  const after = heldBy(holds, withHolder(holds.holders, holder));
  return {
    kind: 'raised',
    condition: isNew ? { ...condition, raised_at: by.actor.at } : condition,
    // It is applied once more, although the target was held before.
    holds: isNew ? { ...after, revision: holds.revision + 1 } : after,
    reason: null,
  };
}

/**
 * The end of a condition. With the rule `hold` its target stays as it is. @param given an administrator's
 * reason, whatever the rule; undefined if the source has cleared it.
 */
export function clearOnTarget(
  holds: Holds,
  before: Condition,
  { source, by, order }: From & { readonly order?: string | undefined },
  given?: string,
): TargetStep {
  const holder = holds.holders.find(({ condition_id }) => condition_id === before.condition_id);
  const held = given === undefined && holder !== undefined && source.clear === 'hold';
  const left = held
    ? withHolder(holds.holders, { ...holder, cleared: true })
    : withoutHolder(holds.holders, before.condition_id);
  return {
    kind: 'cleared',
    condition: cleared(before, by, {
      held,
      reason: given ?? 'Its source has cleared it.',
      order,
    }),
    holds: heldBy(holds, left),
    reason: held ? 'It stays as it is until an administrator ends it, as the source says.' : null,
  };
}

/**
 * A condition without an effect: it is recorded, and changes no state.
 * @param registered whether its target is.
 */
export function recordOnly(
  { before, registered }: Pick<Found, 'before'> & { readonly registered: boolean },
  observation: Observation,
  from: From,
): TargetStep {
  const { by } = from;
  if (observation.status === 'raised') {
    return before?.state === 'raised'
      ? renewal(before, observation, from)
      : {
          kind: 'raised',
          condition: raised(before, observation, by, { fenced: false, fault_id: null }),
          reason: null,
        };
  }
  if (before?.state !== 'raised') {
    return endOfNone({ known: registered, before }, observation, from);
  }
  const end = { held: false, reason: 'Its source has cleared it.', order: observation.order };
  return { kind: 'cleared', condition: cleared(before, by, end), reason: null };
}
