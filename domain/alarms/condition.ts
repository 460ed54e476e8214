/**
 * What a rule's conditions mean. The rules are those of aodh `evaluator/event.py`; where Aodh
 * raises an error, Doctor has a result: docs/wire/alarming.md#what-a-condition-means. Each side is
 * read as a value of its own type. Values of different types are unequal and have no order.
 */
import { type DoctorEvent, type Trait, traitTypes } from '../events/event.ts';
import { parseMoment } from '../time.ts';
import type { EventPattern, RuleCondition } from './alarm.ts';
import { globMatches } from './glob.ts';

/** A side of a comparison. Moments are ISO 8601 in UTC with microseconds. */
type Value =
  | { readonly kind: 'text' | 'moment'; readonly value: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'truth'; readonly value: boolean };

/**
 * Whether an event matches the pattern. Events of the alarm service itself (`alarm.*`) only match
 * patterns that begin with `alarm`. Otherwise an alarm on `*` would fire on its own creation.
 */
export function matches({ event_type, query }: EventPattern, event: DoctorEvent): boolean {
  if (event.event_type.startsWith('alarm.') && !event_type.startsWith('alarm')) return false;
  if (!globMatches(event_type, event.event_type)) return false;
  return query.every((condition) => meetsCondition(condition, event));
}

/**
 * Whether the event meets the condition. Never throws. A missing trait meets only `ne`. A trait
 * whose value does not fit its type (`abc` as an integer) meets no condition; neither does a field
 * that events do not have.
 */
export function meetsCondition(
  { field, op, type, value }: RuleCondition,
  event: DoctorEvent,
): boolean {
  const expected = readValue(type, value);
  const found = fieldOf(event, field, type);
  if (expected === undefined || found === 'unreadable') return false;
  if (found === 'missing') return op === 'ne';
  const order = compare(type === 'boolean' ? asTruth(found) : found, expected);
  return order === undefined ? op === 'ne' : tests[op](order);
}

/** Whether a text can be read as a value of the type. The `value` of a condition must be. */
export const isValueOf = (type: RuleCondition['type'], text: string): boolean =>
  readValue(type, text) !== undefined;

/**
 * A trait as a condition of type string compares it: Python's `str()` of its value. Undefined for
 * an integer, float or datetime trait, which equals no string.
 */
export function traitAsString([, dtype, value]: Trait): string | undefined {
  const { integer, float, datetime } = traitTypes;
  if (dtype === integer || dtype === float || dtype === datetime) return undefined;
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return String(value);
}

const tests: Record<RuleCondition['op'], (order: number) => boolean> = {
  eq: (order) => order === 0,
  ne: (order) => order !== 0,
  lt: (order) => order < 0,
  le: (order) => order <= 0,
  gt: (order) => order > 0,
  ge: (order) => order >= 0,
};

/**
 * Negative, 0 or positive if `a` is before, equal to or after `b`; undefined if they have no order.
 */
function compare(a: Value, b: Value): number | undefined {
  if (a.kind === 'number' && b.kind === 'number') return a.value - b.value;
  if (a.kind === 'truth' && b.kind === 'truth') return Number(a.value) - Number(b.value);
  if (a.kind === 'text' && b.kind === 'text') return byCodePoint(a.value, b.value);
  if (a.kind === 'moment' && b.kind === 'moment') return byCodePoint(a.value, b.value);
  return undefined;
}

/** Python's order of strings. JavaScript's `<` differs for characters above U+FFFF. */
function byCodePoint(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  return (a.codePointAt(at) ?? -1) - (b.codePointAt(at) ?? -1);
}

/** The value of the last trait with the name, or of a field that every event has. */
function fieldOf(
  event: DoctorEvent,
  field: string,
  type: RuleCondition['type'],
): Value | 'missing' | 'unreadable' {
  if (field.startsWith('traits.')) {
    const name = field.slice('traits.'.length);
    const trait = event.traits.findLast(([given]) => given === name);
    return trait === undefined ? 'missing' : (readTrait(trait) ?? 'unreadable');
  }
  if (field === 'event_type') return { kind: 'text', value: event.event_type };
  if (field === 'message_id') return { kind: 'text', value: event.message_id };
  if (field !== 'generated') return 'unreadable';
  return readValue(type === 'datetime' ? type : 'string', event.generated) ?? 'unreadable';
}

/** A trait read by its own type; undefined if its value does not fit that type. */
function readTrait(trait: Trait): Value | undefined {
  const [, dtype, value] = trait;
  const text = traitAsString(trait);
  if (text !== undefined) return { kind: 'text', value: text };
  if (value === null) return undefined;
  if (dtype === traitTypes.datetime) return readMoment(String(value));
  if (typeof value === 'string')
    return dtype === traitTypes.integer ? readInteger(value) : readFloat(value);
  const number = Number(value);
  return { kind: 'number', value: dtype === traitTypes.integer ? Math.trunc(number) : number };
}

/** A rule's `value` read by the condition's type; undefined if it does not fit that type. */
function readValue(type: RuleCondition['type'], text: string): Value | undefined {
  switch (type) {
    case '':
    case 'string':
      return { kind: 'text', value: text };
    case 'integer':
      return readInteger(text);
    case 'float':
      return readFloat(text);
    case 'datetime':
      return readMoment(text);
    case 'boolean':
      return readTruth(text);
  }
}

/**
 * Numbers are doubles: integers above 2^53 that differ only in their last digits compare as equal.
 */
const readInteger = (text: string): Value | undefined => readNumber(text, /^[+-]?\d+$/);

/** Without Python's `nan` and `inf`. */
const readFloat = (text: string): Value | undefined =>
  readNumber(text, /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i);

function readNumber(text: string, form: RegExp): Value | undefined {
  const value = Number(text);
  return form.test(text.trim()) && Number.isFinite(value) ? { kind: 'number', value } : undefined;
}

function readMoment(text: string): Value | undefined {
  const moment = parseMoment(text);
  if (moment === undefined) return undefined;
  const [, fraction = ''] = /[.,](\d+)/.exec(text) ?? [];
  return { kind: 'moment', value: moment.slice(0, -1) + fraction.padEnd(6, '0').slice(3, 6) };
}

const truths = new Map([
  ...['1', 't', 'true', 'on', 'y', 'yes'].map((word) => [word, true] as const),
  ...['0', 'f', 'false', 'off', 'n', 'no'].map((word) => [word, false] as const),
]);

/** Source: oslo_utils `strutils.py`, `bool_from_string`. */
function readTruth(text: string): Value | undefined {
  const value = truths.get(text.trim().toLowerCase());
  return value === undefined ? undefined : { kind: 'truth', value };
}

/** A text or number that means true or false, as a boolean; any other value unchanged. */
function asTruth(found: Value): Value {
  if (found.kind === 'moment') return found;
  return readTruth(String(found.value)) ?? found;
}
