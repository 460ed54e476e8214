import { describe, expect, test } from 'vitest';
import { readRule } from '../../../functions/alarming/alarm-rule.ts';

const read = (rule: unknown) => readRule(rule, 'event_rule');
const down = { field: 'traits.status', op: 'eq', type: 'string', value: 'DOWN' };
const up = { ...down, value: 'ACTIVE' };

describe('the clear pattern of a rule', () => {
  test('has the grammar of the rule, also as a text of the command line', () => {
    const rule = { event_type: 'port.*', query: [down] };
    const clear = { event_type: 'port.update.end', query: 'traits.status=string::ACTIVE' };
    expect(read({ ...rule, clear })).toEqual({ ...rule, clear: { ...clear, query: [up] } });
    expect(read({ ...rule, clear: { query: [{ field: 'traits.a', value: '1' }] } }).clear).toEqual({
      event_type: '*',
      query: [{ field: 'traits.a', op: 'eq', type: '', value: '1' }],
    });
  });

  test('is not stored if it is absent or null', () => {
    const rule = { event_type: 'port.*', query: [down] };
    expect(read({ ...rule, clear: null })).toEqual(rule);
    expect(read(rule)).not.toHaveProperty('clear');
  });

  test.each([
    [{ clear: 'x' }, /data\.event_rule\.clear|event_rule\.clear/],
    [{ clear: [] }, /event_rule\.clear/],
    [{ clear: { event_type: 5 } }, /event_rule\.clear\.event_type/],
    [{ clear: { query: [{ field: 'x', value: '1' }] } }, /event_rule\.clear\.query\.0\.field/],
    [{ clear: { query: [{ field: 'traits.x' }] } }, /event_rule\.clear\.query\.0\.value/],
    [
      { clear: { query: [{ field: 'traits.x', type: 'integer', value: 'x' }] } },
      /Unable to convert the value x to the expected data type integer/,
    ],
    [{ clear: { clear: {} } }, /Unknown attribute for argument data\.event_rule\.clear: clear/],
    [{ clear: {} }, /event_rule\.clear\. The same events would raise and clear/],
    [{ query: [down], clear: { query: [down] } }, /The same events would raise and clear/],
  ])('is refused: %j', (rule, message) => {
    expect(() => read(rule)).toThrow(message);
  });
});

describe('the timeout of a rule', () => {
  const rule = { event_type: 'port.*', query: [down] };

  test.each([
    [1, 1],
    [86_400, 86_400],
    ['60', 60],
  ])('%j is %i seconds', (timeout, seconds) => {
    expect(read({ ...rule, timeout })).toEqual({ ...rule, timeout: seconds });
  });

  test.each([0, '0', null, undefined])('%j is none', (timeout) => {
    expect(read({ ...rule, timeout })).toEqual(rule);
  });

  test.each([-1, 86_401, 1.5, '1.5', '-1', 'x', '', true, [], {}])('%j is refused', (timeout) => {
    expect(() => read({ ...rule, timeout })).toThrow(/event_rule\.timeout/);
  });

  test('does not count as a difference between the rule and its clear pattern', () => {
    expect(() => read({ ...rule, timeout: 5, clear: rule })).toThrow(/The same events/);
  });
});
