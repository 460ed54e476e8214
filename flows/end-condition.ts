/** An administrator ends a condition by hand. */
import type { Actor } from '../domain/change.ts';
import type { Reporter } from '../domain/hosts/service-update.ts';
import { endConditionOfHost, type ReportOnHostDeps } from './report-on-host.ts';

/** Who ends it, and why. */
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

/** See `EndCondition`. A condition that does not exist is left. */
export async function endCondition(
  deps: ReportOnHostDeps,
  condition_id: string,
  ending: Ending,
): Promise<void> {
  const row = await deps.condition(condition_id);
  if (row?.target.kind !== 'host') return;
  const by = { ...ending, source: row.source };
  await endConditionOfHost(deps, { condition_id, name: row.target.host }, by);
}
