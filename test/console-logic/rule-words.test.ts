/** How the console describes rules of alarms, their actions, and the calls of webhooks. */
import { expect, test } from 'vitest';
import {
  actionsOf,
  callsByResult,
  clearedBy,
  raisedBy,
} from '../../console/src/views/alarms/rule-words.ts';

const condition = { field: 'traits.state', op: 'eq', type: 'string', value: 'stopped' };
const pattern = { event_type: 'compute.instance.update', query: [condition] };

test('an event alarm is raised by its resource and conditions, and cleared by hand or by its pattern', () => {
  const alarm = { type: 'event', resource_id: 'vm-1', event_rule: pattern };
  expect(raisedBy(alarm)).toEqual(['resource_id eq vm-1', 'state eq stopped']);
  expect(raisedBy({ type: 'event', event_rule: { ...pattern, query: [] } })).toEqual([]);
  expect(clearedBy(alarm)).toEqual(['by hand only']);
  const active = { ...pattern, query: [{ ...condition, value: 'active' }] };
  expect(clearedBy({ ...alarm, event_rule: { ...pattern, clear: active } })).toEqual([
    ...['compute.instance.update', 'state eq active'],
  ]);
});

test('an alarm that is evaluated every minute is raised and cleared by its values', () => {
  const prometheus_rule = { query: 'up', comparison_operator: 'eq', threshold: 0 };
  expect(raisedBy({ type: 'prometheus', prometheus_rule })).toEqual(['up eq 0']);
  expect(clearedBy({ type: 'prometheus', prometheus_rule })).toEqual(['the values of the rule']);
  expect(raisedBy({ type: 'composite', composite_rule: { or: [] } })).toEqual(['{"or":[]}']);
});

test('the actions of all states are listed, each with its state', () => {
  const actions = { alarm_actions: ['a'], ok_actions: ['b'], insufficient_data_actions: ['c'] };
  expect(actionsOf(actions)).toEqual([
    ['alarm', 'a'],
    ['ok', 'b'],
    ['insufficient data', 'c'],
  ]);
});

test('calls of webhooks are counted by their result, what needs attention first', () => {
  const calls = ['delivered', 'retrying', 'delivered', 'given up'].map((result) => ({ result }));
  expect(callsByResult(calls)).toEqual([
    ['given up', 1],
    ['retrying', 1],
    ['delivered', 2],
  ]);
  expect(callsByResult()).toEqual([]);
});
