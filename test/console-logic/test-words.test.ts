/** How the console describes a test of an alarm. */
import { expect, test } from 'vitest';
import { isOpenTest, receiversOf, remarksOn } from '../../console/src/views/alarms/test-words.ts';

const webhook = {
  ...{ action: 'https://a.example/', result: 'delivered', attempts: 1 },
  ...{ status: 204, reason: '' },
};
const subscription = { id: 's', protocol: 'sqs', endpoint: 'arn:q', group: null };
const tested = {
  ...{ enabled: true, silenced_by: null, published_at: '2026-01-01T00:00:00.000Z' },
  ...{ webhooks: [webhook], subscriptions: [subscription] },
};

test('webhooks are listed with their outcome, and then the subscriptions', () => {
  const late = { ...webhook, result: 'retrying', status: null, reason: 'no answer' };
  const grouped = { ...subscription, id: 'g', group: 'fault' };
  const rows = receiversOf({
    ...tested,
    ...{ webhooks: [webhook, late], subscriptions: [subscription, grouped] },
  });
  expect(rows.map(({ kind, outcome, reason }) => [kind, outcome, reason])).toEqual([
    ['webhook', 'delivered', 'answered 204'],
    ['webhook', 'retrying', 'no answer'],
    ['sqs', 'published', expect.stringContaining('SNS')],
    ['sqs, group', 'published', expect.stringContaining('SNS')],
  ]);
  expect(new Set(rows.map(({ key }) => key)).size).toBe(4);
});

test.each([
  ['pending', true],
  ['retrying', true],
  ['delivered', false],
  ['given up', false],
])('a test with a webhook that is %s is open: %s', (result, isOpen) => {
  expect(isOpenTest({ ...tested, webhooks: [webhook, { ...webhook, result }] })).toBe(isOpen);
});

test('a test that is not published yet is open, and its subscriptions are pending', () => {
  const unpublished = { ...tested, published_at: null };
  expect(isOpenTest(unpublished)).toBe(true);
  expect(receiversOf(unpublished).map(({ outcome }) => outcome)).toEqual(['delivered', 'pending']);
});

test('it says why the true notification would not be sent', () => {
  expect(remarksOn(tested)).toEqual([]);
  expect(remarksOn({ ...tested, enabled: false, silenced_by: 's' })).toEqual([
    expect.stringContaining('disabled'),
    expect.stringContaining('silence'),
  ]);
});
