import fc from 'fast-check';
import { validate, version } from 'uuid';
import { expect, test } from 'vitest';
import {
  conditionKey,
  eventId,
  faultId,
  labelsKey,
  nameId,
  notificationId,
} from '../../domain/ids.ts';

const change = { resource: 'r', incarnation: 'i', revision: 1, event_type: 't' };

test('derived ids are UUIDv5, and always the same', () => {
  for (const made of [eventId(change), faultId('h', 1), notificationId('a', 'e')]) {
    expect(validate(made)).toBe(true);
    expect(version(made)).toBe(5);
  }
  expect(eventId({ ...change })).toBe(eventId(change));
});

test.each(['resource', 'incarnation', 'event_type'] as const)(
  'an event with another %s has another id',
  (part) => {
    expect(eventId({ ...change, [part]: 'other' })).not.toBe(eventId(change));
  },
);

test('an event with another revision has another id', () => {
  expect(eventId({ ...change, revision: 2 })).not.toBe(eventId(change));
});

test('two pairs of texts never have the same id, even if their joined texts are equal', () => {
  const text = fc.string({ maxLength: 4 });
  fc.assert(
    fc.property(text, text, text, text, (a, b, c, d) => {
      fc.pre(a !== c || b !== d);
      expect(notificationId(a, b)).not.toBe(notificationId(c, d));
    }),
  );
});

test('ids by name have the form of Keystone, and differ between kinds', () => {
  expect(nameId('user', 'x')).toMatch(/^[0-9a-f]{32}$/);
  expect(nameId('user', 'x')).not.toBe(nameId('project', 'x'));
});

test('a key of a condition shows its parts, if a row can have it as its key', () => {
  expect(conditionKey('d3f9379d0fed2717', 'doctor')).toBe('d3f9379d0fed2717/doctor');
  for (const part of ['x'.repeat(255), 'a\u0000', '\ud800']) {
    expect(validate(conditionKey('f', part))).toBe(true);
  }
});

test('labels in another order have the same key, other labels another', () => {
  const name = fc.string({ maxLength: 3 });
  fc.assert(
    fc.property(fc.dictionary(name, name), fc.dictionary(name, name), (one, other) => {
      const [a, b] = [Object.entries(one), Object.entries(other)];
      expect(labelsKey(a.toReversed())).toBe(labelsKey(a));
      const sorted = (entries: [string, string][]) => JSON.stringify(entries.toSorted());
      expect(labelsKey(a) === labelsKey(b)).toBe(sorted(a) === sorted(b));
    }),
  );
});
