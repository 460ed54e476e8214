import { expect, test } from 'vitest';
import {
  faultOf50,
  matchedEvent,
  monthOfTicks,
  monthsOfHeartbeats,
  monthsOfWatching,
  unmatchedEvent,
} from '../../bench/aws/bill.ts';
import { dollarsOf, prices, sumOf, times } from '../../bench/aws/prices.ts';

test('a usage costs the sum of its units', () => {
  expect(dollarsOf({})).toBe(0);
  expect(dollarsOf({ 'SNS publish': 1_000_000 })).toBeCloseTo(0.5);
  expect(dollarsOf({ 'SNS publish': 1_000_000, 'log GB': 2 })).toBeCloseTo(1.5);
});

test('usages are added and multiplied by unit', () => {
  const one = { 'SQS request': 1, 'SNS publish': 2 };
  expect(sumOf(one, { 'SQS request': 3 }, {})).toEqual({ 'SQS request': 4, 'SNS publish': 2 });
  expect(times(3, one)).toEqual({ 'SQS request': 3, 'SNS publish': 6 });
});

test('every unit has a price', () => {
  for (const price of Object.values(prices)) expect(price).toBeGreaterThan(0);
});

test('a million unmatched events cost at most 1.50 dollars', () => {
  const dollars = 1_000_000 * dollarsOf(unmatchedEvent);
  expect(dollars).toBeGreaterThan(0.1);
  expect(dollars).toBeLessThan(1.5);
});

test('a matched event costs more than an unmatched one, and a fault of 50 servers more than 50 of them', () => {
  expect(dollarsOf(matchedEvent)).toBeGreaterThan(dollarsOf(unmatchedEvent));
  expect(dollarsOf(faultOf50)).toBeGreaterThan(50 * dollarsOf(matchedEvent) * 0.9);
});

test('heartbeats by the call cost some 1,450 dollars a month, and each other way less than half', () => {
  const [each = 0, ...others] = monthsOfHeartbeats.map(({ usage }) => dollarsOf(usage));
  expect(each).toBeGreaterThan(1_400);
  expect(each).toBeLessThan(1_500);
  for (const dollars of others) expect(dollars).toBeLessThan(each / 2);
});

test('healthy hosts do not drive the cost of watching them: it is below a hundredth of their heartbeats', () => {
  const [built = 0, messages = 0, rows = 0, heartbeats = 0] = monthsOfWatching.map(({ usage }) =>
    dollarsOf(usage),
  );
  expect(built).toBeLessThan(heartbeats / 100);
  expect(built).toBeLessThan(messages / 5);
  expect(messages).toBeLessThan(rows);
  expect(dollarsOf(monthOfTicks)).toBeLessThan(5);
});
