/** Plans, every minute, the evaluation of the alarms that no event evaluates. */
import { type Log, onSchedule } from '../../adapters/lambda.ts';
import { roundAt } from '../../domain/alarms/round.ts';
import { momentOf } from '../../domain/time.ts';
import { type PlanDeps, type Planned, planRound } from '../../flows/plan-round.ts';

/** What the planner needs from outside. */
export type PlannerDeps = PlanDeps & {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly count: (planned: Planned) => void;
  readonly log: Log;
};

/** The handler of the schedule. A minute that is planned twice is evaluated twice, and fires once. */
export const periodicPlanner = (deps: PlannerDeps) =>
  onSchedule(async (scheduled) => {
    const now = deps.now();
    const { round } = roundAt(scheduled ?? now);
    const planned = await planRound(deps, { round, planned_at: momentOf(now) });
    deps.count(planned);
    deps.log.info('planned', { round, ...planned });
  });
