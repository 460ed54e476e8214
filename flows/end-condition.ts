/** An administrator ends a condition by hand. */
import type { Actor } from '../domain/change.ts';
import { aspectOf } from '../domain/conditions/observation.ts';
import { sourceOf } from '../domain/conditions/source.ts';
import type { Reporter } from '../domain/hosts/service-update.ts';
import { endConditionOfHost, type ReportOnHostDeps } from './report-on-host.ts';
import { endConditionOfTarget, type ReportOnTargetDeps } from './report-on-target.ts';

/** The administrator who ends it, and the reason. */
export type Ending = {
  readonly actor: Actor;
  readonly reporter: Reporter;
  readonly reason: string;
};

/**
 * Ends a condition, whatever the rule of its source. A condition that has ended before stays as it is.
 * @throws invalid if its host may not be up again before its compute service was restarted.
 */
export type EndCondition = (condition_id: string, ending: Ending) => Promise<void>;

/** See `EndCondition`. Does nothing if the condition does not exist. */
export async function endCondition(
  deps: ReportOnHostDeps & ReportOnTargetDeps,
  condition_id: string,
  ending: Ending,
): Promise<void> {
  const row = await deps.condition(condition_id);
  if (!row) return;
  const by = { ...ending, source: row.source };
  const { target, effect } = row;
  if (target.kind === 'host' && aspectOf(effect) === 'service') {
    await endConditionOfHost(deps, { condition_id, name: target.host }, by);
    return;
  }
  const source = sourceOf(row.source, undefined);
  await endConditionOfTarget(deps, row, { source, by, reason: ending.reason });
}
