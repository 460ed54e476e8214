/** CloudWatch's alarms over SNS: they mean what the same alarm means over EventBridge. */
import { expect, test } from 'vitest';
import { parseAlarm } from '../../dialects/cloudwatch.ts';
import { readMessage } from '../../functions/report-receiver/message-form.ts';
import { sourceWith } from '../domain/conditions/reports.ts';
import { alertSample } from '../functions/monitors/alert-samples.ts';

const mapping = { instances: { 'i-0123456789abcdef0': 'compute-7' } };
const source = sourceWith('cloudwatch', { mapping });

/** What a message says of its host. */
function said(message: unknown) {
  const read = readMessage(JSON.stringify(message));
  if (read.kind !== 'alarm') throw new Error(read.kind);
  return parseAlarm(read.change, source);
}
const envelope = Object(alertSample('sns-cloudwatch-alarm'));
const notification = JSON.parse(envelope.Message);

test('the alarm of EventBridge and that of SNS are one condition', () => {
  expect(said(envelope)).toEqual(said(alertSample('cloudwatch-alarm')));
});

test('raw delivery leaves the envelope out', () => {
  expect(said(notification)).toEqual(said(envelope));
});

test.each([
  ['the dimension of its metric', notification.Trigger],
  [
    'the dimension of a metric of its formula',
    { Metrics: [{ Expression: 'm1' }, { MetricStat: { Metric: notification.Trigger } }] },
  ],
])('without a description the host is found by %s', (_, Trigger) => {
  expect(said({ ...notification, AlarmDescription: null, Trigger })).toMatchObject([
    { observation: { target: { host: 'compute-7' } } },
  ]);
});

test('a composite alarm has no metrics', () => {
  expect(said({ ...notification, Trigger: undefined })).toMatchObject([
    { observation: { target: { host: 'compute-1' } } },
  ]);
});

test.each([
  ['a text', 'Hello', /not JSON/],
  ['another JSON', '{"a":1}', /Message.AlarmName/],
])('a notification of SNS with %s is refused with the reason', (_, Message, reason) => {
  expect(() => readMessage(JSON.stringify({ ...envelope, Message }))).toThrow(reason);
});
