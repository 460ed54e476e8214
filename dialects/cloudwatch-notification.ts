/**
 * CloudWatch's alarm notifications, as an alarm's action publishes them to SNS and SNS delivers
 * them to a queue. They say the same as the event on EventBridge, in other words. Sources: Amazon
 * CloudWatch's user guide, "Notifying users on alarm changes"; Amazon SNS' developer guide, "Fanout
 * to Amazon SQS queues".
 */
import * as z from 'zod';
import type { AlarmStateChange } from './cloudwatch.ts';

const Dimension = z.object({ name: z.string(), value: z.string() });
const Statistic = z.object({ Dimensions: z.array(Dimension).nullish() });

/** What CloudWatch publishes. Other keys are ignored. */
export const AlarmNotification = z.object({
  AlarmName: z.string(),
  AlarmArn: z.string().min(1),
  AlarmDescription: z.string().nullish(),
  NewStateValue: z.string(),
  NewStateReason: z.string().nullish(),
  StateChangeTime: z.string().nullish(),
  /** Of a composite alarm it is missing. Of one with metric math, each metric has its own. */
  Trigger: Statistic.extend({
    Metrics: z
      .array(
        z.object({
          MetricStat: z.object({ Metric: Statistic.nullish() }).nullish(),
        }),
      )
      .nullish(),
  }).nullish(),
});
export type AlarmNotification = z.infer<typeof AlarmNotification>;

/** The message around it, unless the subscription asks for raw delivery. */
export const SnsMessage = z.object({ Type: z.literal('Notification'), Message: z.string() });

const dimensionsOf = ({ Dimensions }: z.infer<typeof Statistic>): Record<string, string> =>
  Object.fromEntries((Dimensions ?? []).map(({ name, value }) => [name, value]));

/**
 * The same change of state as EventBridge delivers it: an alarm that comes in both ways has one
 * condition.
 */
export function stateChangeOf(notification: AlarmNotification): AlarmStateChange {
  const { AlarmName, AlarmArn, AlarmDescription, NewStateValue, NewStateReason } = notification;
  const { Trigger, StateChangeTime } = notification;
  const statistics = Trigger
    ? [Trigger, ...(Trigger.Metrics ?? []).flatMap(({ MetricStat }) => MetricStat?.Metric ?? [])]
    : [];
  return {
    source: 'aws.cloudwatch',
    'detail-type': 'CloudWatch Alarm State Change',
    resources: [AlarmArn],
    detail: {
      alarmName: AlarmName,
      state: {
        value: NewStateValue,
        reason: NewStateReason ?? undefined,
        timestamp: StateChangeTime ?? undefined,
      },
      configuration: {
        description: AlarmDescription ?? undefined,
        metrics: statistics.map((each) => ({
          metricStat: { metric: { dimensions: dimensionsOf(each) } },
        })),
      },
    },
  };
}
