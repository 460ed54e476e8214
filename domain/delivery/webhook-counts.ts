/** How many webhooks had each outcome in a minute, for the rates that operators see. */
import { minuteOf } from './notification-minute.ts';

/**
 * The outcomes of a try that are counted. `given_up`: after the last try, or an answer that no
 * retry changes. `refused`: Doctor did not call, because the address is not allowed or no caller of
 * the scheme exists.
 */
export const countedOutcomes = ['delivered', 'retried', 'given_up', 'refused'] as const;
export type CountedOutcome = (typeof countedOutcomes)[number];

/** Outcomes with their counts; those that did not occur are absent. */
export type OutcomeCounts = Readonly<Partial<Record<CountedOutcome, number>>>;

/** What is added to a minute. */
export type OutcomeMinute = { readonly minute: string; readonly counts: OutcomeCounts };

/** The counts of outcomes at one time; undefined for none. */
export function outcomeMinute(
  outcomes: readonly CountedOutcome[],
  at: string,
): OutcomeMinute | undefined {
  if (outcomes.length === 0) return undefined;
  const groups = Map.groupBy(outcomes, (outcome) => outcome);
  const counts = [...groups].map(([outcome, all]) => [outcome, all.length]);
  return { minute: minuteOf(at), counts: Object.fromEntries(counts) };
}
