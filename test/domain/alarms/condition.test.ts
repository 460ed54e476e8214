import fc from 'fast-check';
import { expect, test } from 'vitest';
import { conditionTypes, operators, type RuleCondition } from '../../../domain/alarms/alarm.ts';
import { isValueOf, matches, meetsCondition } from '../../../domain/alarms/condition.ts';
import type { Trait } from '../../../domain/events/event.ts';
import { anyEvent, anyRule, eventWith } from '../events/events.ts';

const event = eventWith(
  ['state', 1, 'error'],
  ['text_five', 1, '5'],
  ['text_true', 1, 'true'],
  ['truth', 1, true],
  ['nothing', 1, null],
  ['untyped', 0, 'x'],
  ['five', 2, 5],
  ['five_written', 2, ' 5 '],
  ['one', 2, 1],
  ['cut', 2, 5.9],
  ['half', 3, 5.5],
  ['half_written', 3, '55e-1'],
  ['whole', 3, 5],
  ['at', 4, '2026-01-01T00:00:00.123456'],
  ['bad_integer', 2, 'abc'],
  ['bad_float', 3, 'NaN'],
  ['bad_moment', 4, 'yesterday'],
  ['moment_number', 4, 5],
  ['no_integer', 2, null],
  ['twice', 1, 'first'],
  ['a.b', 1, 'dotted'],
  ['twice', 1, 'last'],
  ['', 1, 'unnamed'],
  ['math', 1, '𝒳'],
);

/** `five ge integer::4`: a trait (or `.field` of the event), operator, type and value. */
function condition(text: string): RuleCondition {
  const [, name = '', op, type = '', value = ''] =
    /^(\S*) (\w\w) (?:(\w+)::)?(.*)$/s.exec(text) ?? [];
  return {
    field: name.startsWith('.') ? name.slice(1) : `traits.${name}`,
    op: operators.find((known) => known === op) ?? 'eq',
    type: conditionTypes.find((known) => known === type) ?? '',
    value,
  };
}

test.each([
  ['equal texts are equal', 'state eq error', true],
  ['type string means the same as no type', 'state eq string::error', true],
  ['different texts are not equal', 'state eq active', false],
  ['different texts meet ne', 'state ne active', true],
  ['equal texts do not meet ne', 'state ne error', false],
  ['texts that differ in case are not equal', 'state eq Error', false],
  ['wildcards in a value are literal', 'state eq err*', false],
  ['texts have an order', 'state gt active', true],
  ['lower case is after upper case', 'state gt Z', true],
  ['characters above U+FFFF are after all others', 'math gt string::\uffff', true],
  ['a text meets le with itself', 'state le error', true],
  ['a text meets ge with itself', 'state ge error', true],
  ['a text does not meet lt with itself', 'state lt error', false],

  ['a missing trait does not meet eq', 'missing eq x', false],
  ['a missing trait meets ne', 'missing ne x', true],
  ['a missing trait does not meet lt', 'missing lt x', false],
  ['a missing trait does not meet ge', 'missing ge x', false],

  ['an integer does not equal a text', 'five eq 5', false],
  ['an integer is unequal to a text', 'five ne 5', true],
  ['an integer and a text have no order', 'five ge 5', false],
  ['a text does not equal an integer', 'text_five eq integer::5', false],
  ['a text is unequal to an integer', 'text_five ne integer::5', true],
  ['a text and an integer have no order', 'text_five ge integer::5', false],

  ['integers are equal as numbers', 'five eq integer::5', true],
  ['a sign and leading zeros do not matter', 'five eq integer::+05', true],
  ['an integer trait may be written as a text', 'five_written eq integer::5', true],
  ['the fraction of an integer trait is cut', 'cut eq integer::5', true],
  ['an integer can equal a float', 'five eq float::5.0', true],
  ['a float can equal an integer', 'whole eq integer::5', true],
  ['the fraction of a float trait is not cut', 'half eq integer::5', false],
  ['a float trait may be written as a text', 'half_written eq float::5.5', true],
  ['integers are ordered as numbers, not as texts', 'five lt integer::10', true],
  ['floats are ordered as numbers', 'half gt float::5.25', true],

  ['equal datetimes are equal', 'at eq datetime::2026-01-01T00:00:00.123456', true],
  [
    'datetimes of different zones can be equal',
    'at eq datetime::2026-01-01T02:00:00.123456+02:00',
    true,
  ],
  [
    'datetimes are compared to the microsecond',
    'at lt datetime::2026-01-01T00:00:00.123457Z',
    true,
  ],
  ['datetimes have an order', 'at gt datetime::2025-12-31T23:59:59', true],
  ['a datetime does not equal a text', 'at eq 2026-01-01T00:00:00.123456', false],
  ['a datetime is unequal to a text', 'at ne 2026-01-01T00:00:00.123456', true],

  ['the value true is the text True', 'truth eq True', true],
  ['the value true is true as a boolean', 'truth eq boolean::true', true],
  ['a text that means true is true as a boolean', 'text_true eq boolean::1', true],
  ['a text that means true is not false', 'text_true eq boolean::no', false],
  ['the number 1 is true as a boolean', 'one eq boolean::yes', true],
  ['the number 5 does not equal true', 'five eq boolean::true', false],
  ['the number 5 is unequal to true', 'five ne boolean::true', true],
  ['a text that means no boolean is unequal to true', 'state ne boolean::true', true],
  ['a datetime is unequal to true', 'at ne boolean::true', true],
  ['false is below true', 'truth gt boolean::off', true],

  ['null is the text None', 'nothing eq None', true],
  ['a trait without a type is a text', 'untyped eq x', true],
  ['of two traits with one name the last counts', 'twice eq last', true],
  ['of two traits with one name the first does not count', 'twice eq first', false],
  ['a trait may have a dot in its name', 'a.b eq dotted', true],
  ['the name of a trait may be empty', ' eq unnamed', true],

  ['an invalid integer does not meet eq', 'bad_integer eq abc', false],
  ['an invalid integer does not meet ne', 'bad_integer ne 5', false],
  ['an invalid float does not meet ne', 'bad_float ne float::1', false],
  ['an invalid datetime does not meet ne', 'bad_moment ne x', false],
  ['a number as a datetime does not meet ne', 'moment_number ne x', false],
  ['a null as an integer does not meet ne', 'no_integer ne integer::1', false],
  ['an invalid trait does not affect the others', 'state eq error', true],
  ['no trait meets a value that does not fit its type', 'five ne integer::many', false],

  ['the type of the event can be compared', '.event_type eq compute.instance.update', true],
  ['the id of the event can be compared', '.message_id ne m-2', true],
  [
    'the time of the event can be compared as a datetime',
    '.generated lt datetime::2026-01-02T00:00:00Z',
    true,
  ],
  ['the time of the event can be compared as a text', '.generated eq 2026-01-01T00:00:00', true],
  ['an unknown field does not meet eq', '.raw.payload eq x', false],
  ['an unknown field does not meet ne', '.stamp ne x', false],
] as const)('%s: %s', (_, text, expected) => {
  expect(meetsCondition(condition(text), event)).toBe(expected);
});

test.each([
  ['integer', '5', true],
  ['integer', '5.0', false],
  ['integer', '', false],
  ['float', '.5', true],
  ['float', '5.', true],
  ['float', '1e999', false],
  ['float', 'nan', false],
  ['boolean', 'Yes', true],
  ['boolean', '2', false],
  ['datetime', '2026-01-01T00:00:00', true],
  ['datetime', 'x', false],
  ['', 'anything', true],
] as const)('as a value of type %o, %o is %o', (type, text, expected) => {
  expect(isValueOf(type, text)).toBe(expected);
});

test.each([
  ['a rule without conditions matches every type under *', '*', [], 'port.update.end', true],
  ['a type outside the glob does not match', 'compute.*', [], 'port.update.end', false],
  ['all conditions must be met', '*', ['state eq error', 'state eq x'], 'port.update.end', false],
  ['* does not match events of the alarm service', '*', [], 'alarm.creation', false],
  ['a glob with a wildcard first does not match them', '?larm.*', [], 'alarm.creation', false],
  ['a glob that begins with alarm matches them', 'alarm.*', [], 'alarm.creation', true],
  ['* matches other types that begin with alarm', '*', [], 'alarming', true],
] as const)('%s', (_, event_type, conditions, type, expected) => {
  const query = conditions.map(condition);
  expect(matches({ event_type, query }, { ...event, event_type: type })).toBe(expected);
});

test('no rule and no event makes it throw', () => {
  fc.assert(
    fc.property(anyRule, anyEvent, (rule, any) => {
      expect(matches(rule, any)).toBeTypeOf('boolean');
    }),
  );
});

test('a condition and its opposite are never both met', () => {
  const value = fc.constantFrom<Trait[2]>('5', '1', 'true', 'x', 5, 1.5, true, null);
  const dtype = fc.integer({ min: 0, max: 4 });
  const [type, text] = [fc.constantFrom(...conditionTypes), fc.constantFrom('5', '1', 'True', 'x')];
  fc.assert(
    fc.property(value, dtype, type, text, (traitValue, traitType, type, value) => {
      const about = eventWith(['t', traitType, traitValue]);
      const is = (op: RuleCondition['op']) =>
        meetsCondition({ field: 'traits.t', op, type, value }, about);
      expect(is('eq') && is('ne')).toBe(false);
      expect(is('lt') && is('ge')).toBe(false);
      expect(is('le')).toBe(is('lt') || (is('eq') && is('ge')));
    }),
  );
});

/** The test would time out if the time grew with the square of the length. */
test.each(conditionTypes)('a long text is compared to its end, with type %j', (type) => {
  const long = '1'.repeat(500_000);
  const asked = { field: 'traits.t', op: 'eq', type } as const;
  meetsCondition({ ...asked, value: '1' }, eventWith(['t', 3, long]));
  expect(meetsCondition({ ...asked, value: `${long}x` }, event)).toBe(false);
});
