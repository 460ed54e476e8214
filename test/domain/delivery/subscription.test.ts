import fc from 'fast-check';
import { expect, test } from 'vitest';
import { alarmStates, severities } from '../../../domain/alarms/alarm.ts';
import { topicOf } from '../../../domain/delivery/notification-topics.ts';
import {
  claimOf,
  filterPolicyOf,
  isSameRequest,
  isSelected,
  type SubscriptionRequest,
  topicsFor,
  whyTooLarge,
} from '../../../domain/delivery/subscription.ts';
import { requestOf, SubscriptionInput } from '../../../functions/doctor/subscription-input.ts';
import { id, minute } from '../rows.ts';
import { delivers } from './sns-filter.ts';

const queue = 'arn:aws:sqs:eu-west-1:123456789012:own';
const request = (given: Partial<SubscriptionRequest> = {}): SubscriptionRequest => ({
  ...{ protocol: 'sqs', endpoint: queue, project_id: 'a', all_projects: false },
  ...{ filter: {}, raw_message_delivery: true },
  ...given,
});

test('the policy contains the project and the requested filter', () => {
  expect(filterPolicyOf(request())).toEqual({ project_id: ['a'] });
  const filter = { severity: ['moderate', 'critical', 'critical'] } as const;
  expect(filterPolicyOf(request({ filter: { severity: [...filter.severity] } }))).toEqual({
    project_id: ['a'],
    severity: ['critical', 'moderate'],
  });
});

test('with all projects the policy contains only the requested filter', () => {
  expect(filterPolicyOf(request({ all_projects: true }))).toBeUndefined();
  const filter = { current: ['alarm' as const] };
  expect(filterPolicyOf(request({ all_projects: true, filter }))).toEqual({ current: ['alarm'] });
});

test('a filter selects tests of alarms only, or all other messages', () => {
  const message = { project_id: 'a', severity: 'low' };
  const policyOf = (test: 'true' | 'false') =>
    filterPolicyOf(request({ filter: { test: [test] } }));
  expect(policyOf('false')).toEqual({ project_id: ['a'], test: [{ exists: false }] });
  for (const value of ['true', 'false'] as const) {
    for (const attributes of [message, { ...message, test: 'true' }]) {
      const isTest = 'test' in attributes;
      expect(delivers(policyOf(value), attributes)).toBe(isTest === (value === 'true'));
      expect(isSelected({ filter: { test: [value] } }, attributes)).toBe(
        isTest === (value === 'true'),
      );
    }
  }
});

test('a filter with more than five attributes or 150 combinations is too large', () => {
  const [alarm_id, resource_id, event_type] = [[id(1)], ['r'], ['t']];
  const [severity, current] = [['low' as const], ['ok' as const]];
  const four = { alarm_id, resource_id, severity, current };
  expect(whyTooLarge(request({ filter: four }))).toBeUndefined();
  expect(whyTooLarge(request({ filter: { ...four, event_type } }))).toContain('At most 4');
  const many = (count: number) => Array.from({ length: count }, (_, n) => `r-${n}`);
  const two: ('ok' | 'alarm')[] = ['ok', 'alarm'];
  expect(whyTooLarge(request({ filter: { resource_id: many(50), current: two } }))).toBeUndefined();
  const six = { resource_id: many(26), severity: [...severities], current: two };
  expect(whyTooLarge(request({ filter: six }))).toContain('150 combinations');
});

test('requests whose values differ only in order are equal; with another filter, project or form they are not', () => {
  const known = claimOf(request({ filter: { severity: ['low', 'critical'] } }), minute(1));
  expect(isSameRequest(known, request({ filter: { severity: ['critical', 'low'] } }))).toBe(true);
  expect(isSameRequest(known, request())).toBe(false);
  expect(isSameRequest(known, { ...known, project_id: 'b' })).toBe(false);
  expect(isSameRequest(known, { ...known, all_projects: true })).toBe(false);
  expect(isSameRequest(known, { ...known, raw_message_delivery: false })).toBe(false);
});

test('an endpoint has one id, whichever project requests it', () => {
  const [one, other] = [
    claimOf(request(), minute(1)),
    claimOf(request({ project_id: 'b' }), minute(2)),
  ];
  expect(one.subscription_id).toBe(other.subscription_id);
  expect(claimOf(request({ endpoint: `${queue}2` }), minute(1)).subscription_id).not.toBe(
    one.subscription_id,
  );
});

test('a project always has the same topic, and projects use all topics', () => {
  const topics = ['t-0', 't-1', 't-2', 't-3'];
  const projects = Array.from({ length: 200 }, (_, n) => `p-${n}`);
  const chosen = projects.map((project_id) => topicOf(topics, project_id));
  expect(projects.map((project_id) => topicOf(topics, project_id))).toEqual(chosen);
  expect(new Set(chosen).size).toBe(4);
  const both = { notifications: topics, groups: topics.map((topic) => `group-${topic}`) };
  expect(topicsFor(both, request({ project_id: 'p-7' }))).toEqual([chosen[7]]);
  expect(topicsFor(both, request({ all_projects: true }))).toEqual(topics);
  const grouped = request({ project_id: 'p-7', group: 'fault' });
  expect(topicsFor(both, grouped)).toEqual([`group-${chosen[7]}`]);
  expect(topicsFor(both, { ...grouped, all_projects: true })).toEqual(both.groups);
  expect(topicOf(['only'], '')).toBe('only');
});

test('the test’s evaluation of policies knows the operators of SNS', () => {
  const of = { project_id: 'b', severity: 'low' };
  expect(delivers(undefined, of)).toBe(true);
  expect(delivers({ project_id: ['b'], severity: ['low', 'critical'] }, of)).toBe(true);
  expect(delivers({ project_id: ['b'], event_type: ['x'] }, of)).toBe(false);
  for (const open of [{ prefix: '' }, { exists: true }, { 'anything-but': 'a' }]) {
    expect(delivers({ project_id: [open] }, of)).toBe(true);
  }
  expect(delivers({ $or: [{ project_id: ['a'] }, { severity: ['low'] }] }, of)).toBe(true);
});

const names = [
  'alarm_id',
  'resource_id',
  'severity',
  'current',
  'event_type',
  'test',
  'project_id',
];
const strange = ['$or', '__proto__', 'constructor', 'projectid', 'project_id '];
const operator = fc.constantFrom(
  ...[{ prefix: '' }, { exists: true }, { exists: false }, { 'anything-but': ['a'] }],
  ...[{ wildcard: '*' }, { 'equals-ignore-case': 'B' }],
);
const value = fc.oneof(
  fc.constantFrom('a', 'b', id(1), ...severities, ...alarmStates, '', '*', '\u0000', '"]', 'B'),
  fc.string(),
  operator,
  fc.jsonValue(),
);
const anyFilter = fc.oneof(
  fc.dictionary(fc.constantFrom(...names, ...strange), fc.oneof(value, fc.array(value))),
  fc.record(
    {
      alarm_id: fc.uuid().map((each) => [each]),
      resource_id: fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 3 }),
      severity: fc.subarray([...severities], { minLength: 1 }),
      current: fc.subarray([...alarmStates], { minLength: 1 }),
      event_type: fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 3 }),
      test: fc.constantFrom(['true'], ['false']),
    },
    { requiredKeys: [] },
  ),
);
const plainBody = {
  protocol: fc.constant('sqs'),
  endpoint: fc.constant(queue),
  filter: anyFilter,
};
const anyBody = fc.oneof(
  fc.record(plainBody),
  fc.record({ ...plainBody, project_id: fc.constant('b'), FilterPolicy: fc.constant('{}') }),
);

test('whatever a tenant requests, no notification of another project is delivered', () => {
  let taken = 0;
  fc.assert(
    fc.property(anyBody, fc.constantFrom('b', '', 'A', undefined), (body, project_id) => {
      const input = SubscriptionInput.safeParse(body);
      if (!input.success) return;
      taken += 1;
      // The policy in JSON, as SNS receives it.
      const policy: unknown = JSON.parse(
        JSON.stringify(filterPolicyOf(requestOf(input.data, 'a'))),
      );
      const { filter } = input.data;
      const chosen = Object.fromEntries(
        Object.entries(filter)
          .map(([name, [first = '']]) => [name, first])
          .filter(([name, first]) => name !== 'test' || first === 'true'),
      );
      const message = { alarm_id: id(1), severity: 'low', current: 'alarm', event_type: 'x' };
      const own = { ...message, resource_id: 'r', ...chosen };
      expect(delivers(policy, { ...own, project_id: 'a' })).toBe(true);
      expect(delivers(policy, { ...own, ...(project_id !== undefined && { project_id }) })).toBe(
        false,
      );
    }),
    { numRuns: 3_000 },
  );
  expect(taken).toBeGreaterThan(200);
});
