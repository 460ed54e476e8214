/** CloudWatch alarms notify operators when something is late, before tenants complain. */
import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { DoctorStack } from '../../infra/service.ts';
import { defaults } from '../../infra/settings.ts';
import { makeStack } from './template.ts';

const Alarms = z.record(
  z.string(),
  z.object({
    Properties: z.object({
      MetricName: z.string(),
      Threshold: z.number(),
      Dimensions: z.array(z.object({ Name: z.string(), Value: z.unknown() })),
      AlarmActions: z.array(z.object({ Ref: z.string() })).optional(),
      OKActions: z.array(z.object({ Ref: z.string() })).optional(),
      TreatMissingData: z.string(),
    }),
  }),
);

const alarmsOf = (template: Template) =>
  Object.values(Alarms.parse(template.findResources('AWS::CloudWatch::Alarm'))).map(
    ({ Properties }) => Properties,
  );

const template = Template.fromStack(makeStack());
const alarms = alarmsOf(template);
const on = (metric: string) => alarms.filter(({ MetricName }) => MetricName === metric);
const watched = (metric: string) =>
  new Set(on(metric).map(({ Dimensions }) => JSON.stringify(Dimensions)));

test('the age of every queue with a consumer has an alarm, above all intended delays', () => {
  const queues = Object.values(template.findResources('AWS::SQS::Queue'));
  const consumed = queues.filter(({ Properties }) => Properties.RedrivePolicy);
  expect(watched('ApproximateAgeOfOldestMessage').size).toBe(consumed.length);
  const threshold = (queue: string) =>
    on('ApproximateAgeOfOldestMessage').find(({ Dimensions }) =>
      JSON.stringify(Dimensions).includes(`Messaging${queue}`),
    )?.Threshold;
  expect(threshold('EventQueue')).toBeGreaterThan(defaults.safeLaneDelaySeconds);
  expect(threshold('EventQueue')).toBeLessThanOrEqual(60);
  expect(threshold('FaultQueue')).toBeGreaterThan(Math.max(...defaults.finishDelaysSeconds));
  expect(threshold('WebhookRetryQueue')).toBeGreaterThan(900);
});

test.each(['Throttles', 'Errors'])('the %s of every function have an alarm', (metric) => {
  const functions = Object.keys(template.findResources('AWS::Lambda::Function'));
  expect(watched(metric).size).toBe(functions.length);
});

test('streams that are a minute behind, 5xx of the API and undelivered notifications have alarms', () => {
  expect(on('IteratorAge')).toMatchObject([
    { Threshold: 60_000, Dimensions: [{ Name: 'FunctionName' }] },
  ]);
  expect(on('5XXError')).toMatchObject([{ Dimensions: [{ Name: 'ApiName', Value: 'doctor' }] }]);
  expect(on('NotificationsUndelivered')).toMatchObject([
    { Dimensions: [{ Name: 'service', Value: 'sweeper' }] },
  ]);
});

test('every alarm publishes to one topic when it begins and ends, and no data raises none', () => {
  for (const { AlarmActions = [], OKActions, TreatMissingData } of alarms) {
    expect(AlarmActions).toEqual([{ Ref: expect.stringMatching(/^MessagingAlarms/) }]);
    expect(OKActions).toEqual(AlarmActions);
    expect(TreatMissingData).toBe('notBreaching');
  }
});

test('CloudWatch may publish to the topic, for this account only', () => {
  template.hasResourceProperties('AWS::SNS::TopicPolicy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({
          Effect: 'Allow',
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Action: 'sns:Publish',
          Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
        }),
      ]),
    },
  });
});

test('mail is sent only if the setting has an address', () => {
  template.resourceCountIs('AWS::SNS::Subscription', 0);
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  const settings = { alarmEmail: 'ops@cloud.example' };
  const mailed = Template.fromStack(new DoctorStack(app, 'Doctor', { target: 'aws', settings }));
  mailed.hasResourceProperties('AWS::SNS::Subscription', {
    Protocol: 'email',
    Endpoint: 'ops@cloud.example',
    TopicArn: { Ref: Match.stringLikeRegexp('^MessagingAlarms') },
  });
});

test('emulators, which have no such metrics, get no such alarms', () => {
  const emulated = alarmsOf(Template.fromStack(makeStack('emulator')));
  expect(new Set(emulated.map(({ MetricName }) => MetricName))).toEqual(
    new Set(['ApproximateNumberOfMessagesVisible', 'Errors']),
  );
});
