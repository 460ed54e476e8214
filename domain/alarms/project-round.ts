/**
 * The newest round of a project that an evaluator has begun. An older round writes nothing after
 * that, because its answers are older. Decision: docs/adr/0064.
 */
import * as z from 'zod';
import { laterBy } from '../time.ts';

/** The newest round of a project. */
export const ProjectRound = z.object({
  round: z.int().min(1),
  /** When an older round last wrote an alarm of the project; empty if none did in the last day. */
  written_before: z.string(),
});
export type ProjectRound = z.infer<typeof ProjectRound>;

/** The name of its row in the table `places`. */
export const roundPlace = (project_id: string): string => `round#${project_id}`;

/**
 * For so many seconds the index may not show what a round wrote. The time includes the difference
 * between the clocks of the writer and of the planner.
 */
const lagSeconds = 10;

/**
 * Whether a round may have written alarms that were listed at `planned_at` without showing it: then
 * their rows decide.
 * @param planned_at undefined if it is not known.
 */
export const isPlanOld = (
  { written_before }: Pick<ProjectRound, 'written_before'>,
  planned_at: string | undefined,
): boolean =>
  written_before !== '' &&
  (planned_at === undefined || written_before > laterBy(planned_at, -lagSeconds));
