/** The parts of a periodic alarm's rule: the queries that it compares, and the alarms that it names. */
import {
  type CompositePart,
  type CompositeRule,
  isComparison,
  type PeriodicFacts,
  type PrometheusRule,
} from './periodic-alarm.ts';

/** The parts of a composite rule, from left to right. */
export function partsOf(rule: CompositeRule): CompositePart[] {
  if ('and' in rule) return rule.and.flatMap(partsOf);
  return 'or' in rule ? rule.or.flatMap(partsOf) : [rule];
}

type Ruled = Pick<PeriodicFacts, 'rule'>;

/** The parts of an alarm, from left to right; the rule of type `prometheus` is its only part. */
const allParts = ({ rule }: Ruled): (CompositePart | PrometheusRule)[] =>
  isComparison(rule) ? [rule] : partsOf(rule);

/** The queries of an alarm, each once. */
export const queriesIn = (alarm: Ruled): string[] => [
  ...new Set(allParts(alarm).flatMap((part) => (isComparison(part) ? [part.query] : []))),
];

/** The parts that name another alarm. */
export const alarmParts = (alarm: Ruled) =>
  allParts(alarm).flatMap((part) => ('alarm_id' in part ? [part] : []));

/** The ids of the alarms that a rule names, each once. */
export const namedAlarms = (alarm: Ruled): string[] => [
  ...new Set(alarmParts(alarm).map(({ alarm_id }) => alarm_id)),
];
