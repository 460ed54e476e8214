import { expect, test } from 'vitest';
import { copyOf } from '../../bench/copies.ts';
import { type Figure, figuresTable, isMet, percentile } from '../../bench/figures.ts';
import { related } from '../../bench/relate.ts';
import { KeptResults, merged } from '../../bench/results.ts';

const figure = (
  scenario: string,
  name: string,
  value: number,
  more: Partial<Figure> = {},
): Figure => ({
  ...{ scenario, figure: name, value, unit: 'ms' },
  ...more,
});

test('a percentile is the value of the nearest rank', () => {
  expect(percentile([3, 1, 2], 0.5)).toBe(2);
  expect(percentile([1, 2, 3, 4], 0.99)).toBe(4);
  expect(percentile([], 0.5)).toBeNaN();
});

test('a figure without a target is met, and one that equals its target', () => {
  expect(isMet(figure('s', 'f', 9))).toBe(true);
  expect(isMet(figure('s', 'f', 9, { target: 9 }))).toBe(true);
  expect(isMet(figure('s', 'f', 9.1, { target: 9 }))).toBe(false);
});

test('the table says whether a target is met', () => {
  const shown = figuresTable([
    figure('a', 'x', 1, { target: 2 }),
    figure('b', 'y', 3, { target: 2 }),
  ]);
  expect(shown).toMatch(/a +x +1 ms +met: at most 2/);
  expect(shown).toMatch(/b +y +3 ms +MISSED: at most 2/);
});

test('one report is compared with the smallest pipeline of the same run', () => {
  const one = figure('one instance', 'report to notification p50', 40);
  const floor = figure('floor', 'request to message p50', 20);
  expect(related([floor, one])).toEqual([
    { scenario: 'one instance', figure: 'p50 by floor', value: 2, unit: '×', target: 1.6 },
  ]);
  expect(related([one])).toEqual([]);
  expect(related([floor])).toEqual([]);
});

test('a kept run replaces the earlier one of the same scenario, and leaves others', () => {
  const machine = {
    at: '2030',
    commit: 'c',
    cores: 2,
    cpu: 'x',
    memoryGb: 1,
    node: 'v24',
    load: 1,
  };
  const run = { ...machine, loadAtEnd: 2 };
  const first = merged(
    {},
    run,
    new Map([
      ['one', [figure('one', 'f', 1)]],
      ['b', []],
    ]),
  );
  const second = merged(
    first,
    { ...run, at: '2031' },
    new Map([['one', [figure('one', 'f', 2.345)]]]),
  );
  expect(Object.keys(second)).toEqual(['b', 'one']);
  expect(JSON.stringify(KeptResults.parse(second))).toBe(JSON.stringify(second));
  expect(second.b).toEqual(first.b);
  expect(second.one).toMatchObject({ at: '2031', figures: [{ value: 2.35 }] });
});

test('a copy of a row replaces texts in keys and within other texts', () => {
  const row = { id: 'a', kind: 'lookup#p#old', nested: { old: ['old', 1] } };
  expect(copyOf(row, { old: 'new' })).toEqual({
    id: 'a',
    kind: 'lookup#p#new',
    nested: { new: ['new', 1] },
  });
  expect(row.kind).toBe('lookup#p#old');
});
