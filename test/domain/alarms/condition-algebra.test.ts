/** Properties of all conditions. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { conditionTypes, operators, type RuleCondition } from '../../../domain/alarms/alarm.ts';
import { isValueOf, matches, meetsCondition } from '../../../domain/alarms/condition.ts';
import type { DoctorEvent, Trait } from '../../../domain/events/event.ts';
import { anyCondition, anyEvent, anyRule, eventWith } from '../events/events.ts';

/** Values that a type can read, so that comparisons often hold. */
const values = ['5', '5.0', '05', '7', 'true', 'no', '2026-01-01T00:00:00Z', '2026-01-01', 'x', ''];
const text = fc.constantFrom(...values);
const trait = fc.tuple(
  fc.constant('t'),
  fc.integer({ min: 0, max: 4 }),
  fc.oneof(text, fc.constantFrom<Trait[2]>(5, 5.5, true, false, null)),
);
const type = fc.constantFrom(...conditionTypes);
const condition = fc.record({
  field: fc.constantFrom('traits.t', 'traits.t', 'traits.missing', 'event_type', 'generated'),
  op: fc.constantFrom(...operators),
  type,
  value: text,
});
const event = trait.map((given) => eventWith(given));
const asking = (given: RuleCondition, of: DoctorEvent) => (op: RuleCondition['op']) =>
  meetsCondition({ ...given, op }, of);
const runs = { numRuns: 3_000 };

test('a rule is met if all its conditions are met; order and repetition do not matter', () => {
  fc.assert(
    fc.property(anyRule, fc.array(anyCondition, { maxLength: 3 }), anyEvent, (rule, more, of) => {
      const { event_type, query } = rule;
      const met = (all: readonly RuleCondition[]) => matches({ event_type, query: [...all] }, of);
      const both = met([...query, ...more]);
      expect(both).toBe(met(query) && met(more));
      expect(met([...more, ...query])).toBe(both);
      expect(met([...query, ...more, ...query])).toBe(both);
      if (both) expect(met([])).toBe(true);
    }),
    runs,
  );
});

test('exactly one of eq and ne is met; neither is if a side cannot be read', () => {
  fc.assert(
    fc.property(condition, event, (given, of) => {
      const is = asking(given, of);
      expect(is('eq') && is('ne')).toBe(false);
      const readable = isValueOf(given.type, given.value);
      if (!readable) for (const op of operators) expect(is(op)).toBe(false);
      if (readable && given.field === 'traits.missing') expect(is('ne')).toBe(true);
    }),
    runs,
  );
});

test('two values with an order meet exactly one of lt, eq and gt', () => {
  fc.assert(
    fc.property(condition, event, (given, of) => {
      const is = asking(given, of);
      const [below, equal, above] = [is('lt'), is('eq'), is('gt')];
      expect([below, equal, above].filter(Boolean).length).toBeLessThanOrEqual(1);
      expect(is('le')).toBe(below || equal);
      expect(is('ge')).toBe(above || equal);
      if (below || above) expect(is('ne')).toBe(true);
    }),
    runs,
  );
});

test('the order is transitive', () => {
  fc.assert(
    fc.property(type, text, text, trait, (type, low, high, given) => {
      const is = (op: RuleCondition['op'], value: string, of: Trait) =>
        meetsCondition({ field: 'traits.t', op, type, value }, eventWith(of));
      // The lower value as a trait of an event: as a text, or as a value of its type.
      const dtype = { integer: 2, float: 3, datetime: 4 }[String(type)] ?? 1;
      const lower: Trait = ['t', dtype, low];
      if (is('lt', high, lower) && is('lt', low, given)) expect(is('lt', high, given)).toBe(true);
    }),
    runs,
  );
});

test('equality is transitive', () => {
  fc.assert(
    fc.property(type, text, text, event, (type, one, other, of) => {
      const is = (value: string) =>
        meetsCondition({ field: 'traits.t', op: 'eq', type, value }, of);
      const dtype = { integer: 2, float: 3, datetime: 4 }[String(type)] ?? 1;
      const same = meetsCondition(
        { field: 'traits.t', op: 'eq', type, value: other },
        eventWith(['t', dtype, one]),
      );
      if (same) expect(is(one)).toBe(is(other));
    }),
    runs,
  );
});

test('traits with other names change nothing', () => {
  fc.assert(
    fc.property(condition, trait, fc.array(trait), (given, one, others) => {
      const renamed = others.map(([, dtype, value]): Trait => ['other', dtype, value]);
      expect(meetsCondition(given, eventWith(...renamed, one, ...renamed))).toBe(
        meetsCondition(given, eventWith(one)),
      );
    }),
    runs,
  );
});
