/** CloudWatch's alarm state changes for tests. */

/** The ARN of their alarm. */
export const arn = 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:doctor-compute-1';

/** What differs from the event of the documentation. */
export type AlarmGiven = {
  readonly value?: string;
  readonly description?: string;
  readonly dimensions?: readonly Readonly<Record<string, string>>[];
  readonly arn?: string;
  readonly timestamp?: string;
};

/** The event of the documentation, with other values. */
export const alarmEvent = ({
  value = 'ALARM',
  description,
  dimensions = [],
  ...given
}: AlarmGiven = {}) => ({
  version: '0',
  id: 'c4c1c1c9-6542-e61b-6ef0-8c4d36933a92',
  'detail-type': 'CloudWatch Alarm State Change',
  source: 'aws.cloudwatch',
  account: '123456789012',
  time: '2026-11-26T17:00:40Z',
  region: 'eu-west-1',
  resources: [given.arn ?? arn],
  detail: {
    alarmName: 'doctor-compute-1',
    configuration: {
      ...(description !== undefined && { description }),
      metrics: dimensions.map((each, n) => ({
        id: `m${n}`,
        metricStat: {
          metric: { dimensions: each, name: 'StatusCheckFailed_System', namespace: 'AWS/EC2' },
          period: 60,
          stat: 'Maximum',
        },
        returnData: true,
      })),
    },
    previousState: { value: 'OK', timestamp: '2026-11-26T16:00:40.000+0000' },
    state: {
      value,
      reason: 'Threshold Crossed: 1 datapoint',
      reasonData: '{"version":"1.0"}',
      timestamp: given.timestamp ?? '2026-11-26T17:00:40.123+0000',
    },
  },
});
