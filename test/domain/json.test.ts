import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toJson } from '../../domain/json.ts';

/**
 * The characters that SQS and SNS accept. Source: AWS, `SendMessage`: #x9 | #xA | #xD | #x20 to
 * #xD7FF | ...
 */
const taken = /^[\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u;

test('every value survives, in characters that a queue accepts', () => {
  const text = fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)) });
  fc.assert(
    fc.property(fc.dictionary(text, fc.oneof(text, fc.integer())), (value) => {
      const json = toJson({ ...value });
      expect(json).toMatch(taken);
      expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify({ ...value })));
    }),
  );
});

test.each(['\ufffe', '\uffff', '\ud800'])('%j is written as an escape', (text) => {
  expect(toJson(text)).toMatch(/^"\\u[0-9a-f]{4}"$/);
  expect(JSON.parse(toJson(text))).toBe(text);
});

test('a value that JSON cannot express is null', () => {
  expect(toJson(undefined)).toBe('null');
});
