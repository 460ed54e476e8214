import fc from 'fast-check';
import { expect, test } from 'vitest';
import { globMatches, isLiteral } from '../../../domain/alarms/glob.ts';

// The expected results are those of CPython 3.11's fnmatch.fnmatchcase.
test.each([
  ['a star crosses dots', 'compute.*', 'compute.instance.update', true],
  ['a star stands for nothing too', 'compute.*', 'compute.', true],
  ['a star in the middle', 'compute.*.end', 'compute.instance.create.end', true],
  ['several stars', '*instance*end', 'compute.instance.create.end', true],
  ['a star takes new lines', '*', 'a\nb', true],
  ['the whole text must match', 'compute', 'compute.instance', false],
  ['at its beginning too', 'instance.update', 'compute.instance.update', false],
  ['case counts', 'Compute.*', 'compute.instance', false],
  ['a question mark is one character', 'port.?', 'port.a', true],
  ['not none', 'port.?', 'port.', false],
  ['also one outside the basic plane', '?', '𝒳', true],
  ['a set is one of its members', 'port.[ab]', 'port.b', true],
  ['and no other', 'port.[ab]', 'port.c', false],
  ['a range', '[a-c]', 'b', true],
  ['a range that runs backwards is empty', '[c-a]', 'b', false],
  ['and its negation is anything', '[!c-a]', 'b', true],
  ['a negated set', 'port.[!ab]', 'port.c', true],
  ['excludes its members', 'port.[!ab]', 'port.a', false],
  ['a caret does not negate', '[^a]', '^', true],
  ['a bracket right after the opening is a member', '[]a]', ']', true],
  ['also of a negated set', '[!]a]', ']', false],
  ['a hyphen at the end is a member', '[a-]', '-', true],
  ['a set that is not closed is literal', 'port.[ab', 'port.[ab', true],
  ['so is an empty one', '[]', '[]', true],
  ['braces mean nothing', '{a,b}', 'a', false],
  ['a comma makes no list', 'a,b', 'a', false],
  ['a dot is a dot', 'a.b', 'axb', false],
  ['a backslash is a backslash', '\\*', '\\x', true],
  ['spaces are not trimmed', ' a', 'a', false],
  ['an empty glob matches an empty text', '', '', true],
  ['and no other', '', 'a', false],
] as const)('%s', (_, glob, text, expected) => {
  expect(globMatches(glob, text)).toBe(expected);
});

test('a glob without wildcards is literal and matches only itself', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '[', ']', '!', '-', '*', '?') });
  fc.assert(
    fc.property(text, text, (glob, other) => {
      if (isLiteral(glob)) expect(globMatches(glob, other)).toBe(glob === other);
      else expect(glob).toMatch(/[*?[]/);
    }),
  );
});

test('a text in which some characters are replaced by wildcards matches the text', () => {
  const piece = fc.record({
    char: fc.constantFrom('a', 'b', '.'),
    as: fc.constantFrom(0, 1, 2, 3),
  });
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const glob = pieces.map(({ char, as }) => [char, '?', '*', `[${char}]`][as]).join('');
      expect(globMatches(glob, pieces.map(({ char }) => char).join(''))).toBe(true);
    }),
  );
});

test('no glob that a tenant may write takes long to match', () => {
  const text = `${'a'.repeat(254)}b`;
  const unit = fc.constantFrom('*', '*a', 'a*a', '?*', '[a-z]*', '[', '[!', '[a', ']');
  const glob = fc
    .tuple(unit, fc.constantFrom('', 'c', ']'))
    .map(([u, end]) => u.repeat(5_000) + end);
  fc.assert(
    fc.property(glob, (hostile) => {
      expect(typeof globMatches(hostile, text)).toBe('boolean');
    }),
    { numRuns: 50 },
  );
});
