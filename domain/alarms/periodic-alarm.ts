/**
 * Alarms that are evaluated every minute: `prometheus` compares the values of a query, `composite`
 * combines other parts. No event ever changes them, and no round ever changes an event alarm
 * (docs/adr/0047).
 */
import * as z from 'zod';
import { type Alarm, CommonFacts, CommonRecord, operators } from './alarm.ts';

/** The types of alarms that are evaluated every minute. */
export const periodicTypes = ['prometheus', 'composite'] as const;

/** A comparison of the values of a PromQL query. Source: aodh `alarm_rules/prometheus.py`. */
export const PrometheusRule = z.object({
  query: z.string(),
  comparison_operator: z.enum(operators),
  threshold: z.number(),
});
export type PrometheusRule = z.infer<typeof PrometheusRule>;

/** A part of a composite rule: a comparison of its own, or the state of another alarm. */
export const CompositePart = z.union([
  PrometheusRule.extend({ type: z.literal('prometheus') }),
  z.object({ type: z.enum(['event', 'notification', 'prometheus']), alarm_id: z.uuid() }),
]);
export type CompositePart = z.infer<typeof CompositePart>;

/** The parts of a composite rule, combined by `and` and `or`. Source: aodh `alarm_rules/composite.py`. */
export type CompositeRule =
  | CompositePart
  | { readonly and: readonly CompositeRule[] }
  | { readonly or: readonly CompositeRule[] };
export const CompositeRule: z.ZodType<CompositeRule> = z.lazy(() =>
  z.union([
    z.object({ and: z.array(CompositeRule) }),
    z.object({ or: z.array(CompositeRule) }),
    CompositePart,
  ]),
);

const prometheus = { type: z.literal('prometheus'), rule: PrometheusRule };
const composite = { type: z.literal('composite'), rule: CompositeRule };

/** The part that clients set, with defaults filled in. */
export type PeriodicFacts = z.infer<typeof CommonFacts> &
  (
    | { readonly type: 'prometheus'; readonly rule: PrometheusRule }
    | { readonly type: 'composite'; readonly rule: CompositeRule }
  );

const Common = CommonFacts.extend(CommonRecord.shape).extend({
  /**
   * The project whose series alone the queries may read; null for queries of administrators, which
   * read all.
   */
  scope: z.string().nullable(),
  /** Rounds in a row without an answer, up to `roundsWithoutAnswer`; 0 after an answer. */
  failed_rounds: z.int().min(0),
  /** The last round that wrote the alarm: minutes since 1970; 0 if none did. */
  last_round: z.int().min(0),
});

/** The row of an alarm that is evaluated every minute. */
export const PeriodicAlarm = z.discriminatedUnion('type', [
  Common.extend(prometheus),
  Common.extend(composite),
]);
export type PeriodicAlarm = z.infer<typeof PeriodicAlarm>;

/** An alarm of any type. */
export type AnyAlarm = Alarm | PeriodicAlarm;

/** Whether the alarm is evaluated every minute. */
export const isPeriodic = <T extends { readonly type: AnyAlarm['type'] }>(
  alarm: T,
): alarm is Extract<T, { readonly type: PeriodicAlarm['type'] }> => isPeriodicType(alarm.type);

/** Whether the type of a row is that of an alarm that is evaluated every minute. */
export const isPeriodicType = (type: unknown): boolean =>
  periodicTypes.some((each) => each === type);

/** Whether a rule or a part compares the values of a query itself. */
export const isComparison = <T extends PeriodicAlarm['rule'] | CompositePart>(
  rule: T,
): rule is Extract<T, { readonly query: string }> => 'query' in rule;
