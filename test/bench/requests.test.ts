import { expect, test } from 'vitest';
import { countsOf, kindOf } from '../../bench/requests/kind.ts';

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
