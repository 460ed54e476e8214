/**
 * Reports that may arrive late, in any order, or more than once: those that come through a queue. Each has
 * an `order`, the condition keeps the newest, and an older report changes nothing.
 */
import { type Condition, cleared, type MonitorReport, raised } from './condition.ts';
import { type ConditionStep, isFenced } from './host-condition.ts';
import type { Observation } from './observation.ts';
import type { Source } from './source.ts';

/** The step for a report that is older than the newest, or is the newest once more; undefined for others. */
export function overtaken(
  before: Pick<Condition, 'order'> | undefined,
  { order }: Pick<Observation, 'order'>,
): Extract<ConditionStep, { readonly kind: 'ignored' }> | undefined {
  const newest = before?.order ?? null;
  if (order === undefined || newest === null || order > newest) return undefined;
  const reason =
    order === newest ? 'It was reported before.' : 'A newer report of the condition came before.';
  return { kind: 'ignored', reason };
}

/**
 * The end of a condition that is not raised. Without an order, or of a target that is not
 * registered, there is nothing to do. Else its order is recorded, so that a raise that is older and
 * comes later is ignored.
 * @param found `known`: whether the target is registered. `before`: the condition's row as it was read.
 */
export function endOfNone(
  { known, before }: { readonly known: boolean; readonly before: Condition | undefined },
  observation: Observation,
  { source, by }: { readonly source: Source; readonly by: MonitorReport },
): ConditionStep {
  const { order } = observation;
  const reason = 'The condition is not raised.';
  if (order === undefined || (!before && !known)) return { kind: 'ignored', reason };
  if (before) {
    const condition = { ...before, order, revision: before.revision + 1 };
    return { kind: 'cleared', condition, reason };
  }
  const fenced = isFenced(observation, source);
  const never = raised(undefined, observation, by, { fenced, fault_id: null });
  const end = { held: false, reason: 'Its source has cleared it before it was raised.' };
  return { kind: 'cleared', condition: { ...cleared(never, by, end), revision: 1 }, reason };
}
