import { expect, test } from 'vitest';
import { countsOf, kindOf, namesIn } from '../../bench/requests/kind.ts';
import { timelineOf } from '../../bench/requests/timeline.ts';

test.each([
  [{ 'x-amz-target': 'DynamoDB_20120810.Query' }, '{}', 'DynamoDB Query'],
  [{ 'x-amz-target': 'AmazonSQS.SendMessageBatch' }, '{}', 'SQS SendMessageBatch'],
  [{ 'x-amz-target': 'secretsmanager.GetSecretValue' }, '{}', 'secretsmanager GetSecretValue'],
  [{}, 'TopicArn=x&Action=PublishBatch&Version=1', 'SNS PublishBatch'],
  [{}, 'Action=Publish', 'SNS Publish'],
  [{}, '', 'other'],
])('the kind of %j %s is %s', (headers, body, kind) => {
  expect(kindOf({ headers, body })).toBe(kind);
});

test('kinds are counted, the most frequent first', () => {
  expect(countsOf(['b', 'a', 'c', 'c'])).toEqual([
    ['c', 2],
    ['a', 1],
    ['b', 1],
  ]);
});

test('the names of tables, queues and topics are those of their constructs, each once', () => {
  const hosts = 'Doctor-TablesHosts54C35E2A-1X2Y';
  const body = `{"TableName":"${hosts}","also":"${hosts}","in":"Doctor-TablesRosterAB12CD34-Z"}`;
  expect(namesIn(body)).toEqual(['Hosts', 'Roster']);
  expect(namesIn('TopicArn=arn%3Aaws%3Asns%3ADoctor-MessagingEventsAB12CD34-Z')).toEqual([
    'MessagingEvents',
  ]);
  expect(namesIn('{}')).toEqual([]);
});

test('a timeline has the medians of what most runs do, and nothing of other requests', () => {
  const at = (start: number, ms: number, kind: string, about: string[] = []) => ({
    ...{ kind, about, began: start + ms, ended: start + ms + 2 },
  });
  const runAt = (start: number, ms: number) => [
    at(start, 0, 'API PUT /report'),
    at(start, ms, 'DynamoDB Query', ['Alarms']),
    at(start, ms + 3, 'DynamoDB Query', ['Alarms']),
    at(start, ms + 5, 'SNS PublishBatch'),
  ];
  const noted = [
    ...[...runAt(0, 10), ...runAt(1_000, 20), ...runAt(2_000, 90)],
    // A request that only one run makes, one that is too late, and a report without notifications.
    ...[at(2_000, 95, 'DynamoDB PutItem'), at(2_000, 500, 'SNS PublishBatch')],
    at(3_000, 0, 'API PUT /report'),
  ];
  const run = { begins: /^API PUT/, has: /^SNS/, withinMs: 100 };
  expect(timelineOf(noted, run)).toEqual([
    { what: 'API PUT /report', began: 0, ended: 2 },
    { what: 'DynamoDB Query Alarms', began: 20, ended: 22 },
    { what: 'DynamoDB Query Alarms (2)', began: 23, ended: 25 },
    { what: 'SNS PublishBatch', began: 25, ended: 27 },
  ]);
});
