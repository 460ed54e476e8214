import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Condition, conditionTypes, operators } from '../../../domain/alarms/alarm.ts';
import { isValueOf, matches, meets } from '../../../domain/alarms/condition.ts';
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
function condition(text: string): Condition {
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
  ['a type that is named string is the same', 'state eq string::error', true],
  ['texts that differ are not', 'state eq active', false],
  ['and so meet ne', 'state ne active', true],
  ['equal ones do not', 'state ne error', false],
  ['case counts', 'state eq Error', false],
  ['wildcards in a value are literal', 'state eq err*', false],
  ['texts have an order', 'state gt active', true],
  ['by code point: the small letters follow the capitals', 'state gt Z', true],
  ['and planes follow each other', 'math gt string::\uffff', true],
  ['a text is at most itself', 'state le error', true],
  ['and at least', 'state ge error', true],
  ['but not below', 'state lt error', false],

  ['a missing trait equals nothing', 'missing eq x', false],
  ['a missing trait is unequal to anything', 'missing ne x', true],
  ['a missing trait is below nothing', 'missing lt x', false],
  ['and above nothing', 'missing ge x', false],

  ['an integer is no text', 'five eq 5', false],
  ['so it is unequal to it', 'five ne 5', true],
  ['and has no order with it', 'five ge 5', false],
  ['a text is no integer', 'text_five eq integer::5', false],
  ['so it is unequal to it', 'text_five ne integer::5', true],
  ['and has no order with it', 'text_five ge integer::5', false],

  ['integers are equal as numbers', 'five eq integer::5', true],
  ['however they are written', 'five eq integer::+05', true],
  ['a trait may write its integer', 'five_written eq integer::5', true],
  ['an integer trait cuts its fraction', 'cut eq integer::5', true],
  ['an integer equals a float', 'five eq float::5.0', true],
  ['and a float an integer', 'whole eq integer::5', true],
  ['a float is not cut', 'half eq integer::5', false],
  ['a trait may write its float', 'half_written eq float::5.5', true],
  ['numbers have their order, not that of texts', 'five lt integer::10', true],
  ['floats too', 'half gt float::5.25', true],

  ['a datetime is a moment', 'at eq datetime::2026-01-01T00:00:00.123456', true],
  ['in any zone', 'at eq datetime::2026-01-01T02:00:00.123456+02:00', true],
  ['to the microsecond', 'at lt datetime::2026-01-01T00:00:00.123457Z', true],
  ['and has its order', 'at gt datetime::2025-12-31T23:59:59', true],
  ['a datetime is no text', 'at eq 2026-01-01T00:00:00.123456', false],
  ['so it is unequal to it', 'at ne 2026-01-01T00:00:00.123456', true],

  ['a true value reads True as text', 'truth eq True', true],
  ['and is true as boolean', 'truth eq boolean::true', true],
  ['a text that says so is true too', 'text_true eq boolean::1', true],
  ['and so not false', 'text_true eq boolean::no', false],
  ['the number one is true', 'one eq boolean::yes', true],
  ['another number is neither', 'five eq boolean::true', false],
  ['so it is unequal to both', 'five ne boolean::true', true],
  ['a text that says nothing of the kind is neither', 'state ne boolean::true', true],
  ['nor is a moment', 'at ne boolean::true', true],
  ['false is below true', 'truth gt boolean::off', true],

  ['a null reads None', 'nothing eq None', true],
  ['a trait of no type is a text', 'untyped eq x', true],
  ['of two traits of a name the last one counts', 'twice eq last', true],
  ['and the first one does not', 'twice eq first', false],
  ['a trait may have a dot in its name', 'a.b eq dotted', true],
  ['or no name', ' eq unnamed', true],

  ['an integer that is none equals nothing', 'bad_integer eq abc', false],
  ['and is unequal to nothing', 'bad_integer ne 5', false],
  ['nor is a float that is none', 'bad_float ne float::1', false],
  ['nor a datetime that is none', 'bad_moment ne x', false],
  ['nor a number as a datetime', 'moment_number ne x', false],
  ['nor an integer that is null', 'no_integer ne integer::1', false],
  ['it leaves the other traits alone', 'state eq error', true],
  ['a value that is not of its type meets nothing', 'five ne integer::many', false],

  ['the type of the event can be asked', '.event_type eq compute.instance.update', true],
  ['its id', '.message_id ne m-2', true],
  ['its time as a moment', '.generated lt datetime::2026-01-02T00:00:00Z', true],
  ['or as a text', '.generated eq 2026-01-01T00:00:00', true],
  ['a field that events do not have is equal to nothing', '.raw.payload eq x', false],
  ['and unequal to nothing', '.stamp ne x', false],
] as const)('%s: %s', (_, text, expected) => {
  expect(meets(condition(text), event)).toBe(expected);
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
  ['the alarm service itself is not meant by *', '*', [], 'alarm.creation', false],
  ['nor by another way to write it', '?larm.*', [], 'alarm.creation', false],
  ['it is by its name', 'alarm.*', [], 'alarm.creation', true],
  ['other types that begin so are plain types', '*', [], 'alarming', true],
] as const)('%s', (_, event_type, conditions, type, expected) => {
  const query = conditions.map(condition);
  expect(matches({ event_type, query }, { ...event, event_type: type })).toBe(expected);
});

test('nothing that a tenant writes and nobody that sends makes it throw', () => {
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
      const is = (op: Condition['op']) => meets({ field: 'traits.t', op, type, value }, about);
      expect(is('eq') && is('ne')).toBe(false);
      expect(is('lt') && is('ge')).toBe(false);
      expect(is('le')).toBe(is('lt') || (is('eq') && is('ge')));
    }),
  );
});

/** A time that grew with the square of the length would outlast the test's timeout. */
test.each(conditionTypes)('a long text is compared with one of type %j to its end', (type) => {
  const long = '1'.repeat(500_000);
  const asked = { field: 'traits.t', op: 'eq', type } as const;
  meets({ ...asked, value: '1' }, eventWith(['t', 3, long]));
  expect(meets({ ...asked, value: `${long}x` }, event)).toBe(false);
});
