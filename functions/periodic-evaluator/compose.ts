/** Puts the evaluator of rounds together: handler, flow, and what this process has seen of projects. */
import { evaluateRound, type RoundDeps } from '../../flows/evaluate-round.ts';
import { type PeriodicEvaluatorDeps, periodicEvaluator } from './handler.ts';
import { slowProjects } from './slow-projects.ts';

/** The stores, senders and clients of the evaluator. */
export type PeriodicParts = Omit<RoundDeps, 'slow'> &
  Pick<PeriodicEvaluatorDeps, 'deadLetter' | 'count' | 'log'>;

/** The handler of the queues of rounds. */
export function compose(parts: PeriodicParts) {
  const flow: RoundDeps = { ...parts, slow: slowProjects(parts.now) };
  return periodicEvaluator({
    evaluate: (message) => evaluateRound(flow, message),
    deadLetter: parts.deadLetter,
    count: parts.count,
    log: parts.log,
  });
}
