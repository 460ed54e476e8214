import { expect, test } from 'vitest';
import type { KeptResults } from '../../bench/results.ts';
import { barsOf, chartOf } from '../../scripts/docs/performance/chart.ts';
import { filled } from '../../scripts/docs/performance/page.ts';
import {
  coldStartTable,
  consoleTable,
  scenarioTable,
} from '../../scripts/docs/performance/sections.ts';
import { traceTables } from '../../scripts/docs/performance/trace.ts';

const run = {
  at: '2030-01-01T00:00:00Z',
  commit: 'c',
  cores: 2,
  cpu: 'x',
  node: 'v24',
  load: 1,
  loadAtEnd: 2,
};
const ms = (figure: string, value: number, target?: number) => ({
  ...{ scenario: 's', figure, value, unit: 'ms' as const },
  ...(target !== undefined && { target }),
});
const results: KeptResults = {
  storm: {
    ...run,
    figures: [
      ms('quiet: fault p95', 50),
      ms('fault p95', 1_500, 1_000),
      { scenario: 's', figure: 'lost', value: 0, unit: 'count', target: 0 },
    ],
  },
  one: { ...run, figures: [ms('p50', 30, 35)] },
};
const order = ['one', 'storm', 'webhook'];

test('a bar is a time with a target, beside the figure without load', () => {
  expect(barsOf(results, order)).toEqual([
    { label: 'one: p50', measured: 30, target: 35 },
    { label: 'storm: fault p95', measured: 1_500, target: 1_000, quiet: 50 },
  ]);
});

test('the same results give the same chart, with the name of each bar', async () => {
  const chart = await chartOf(barsOf(results, order));
  expect(chart).toBe(await chartOf(barsOf(results, order)));
  expect(chart).toContain('storm: fault p95');
});

test('the table says which targets are met, missed and not measured', () => {
  const shown = scenarioTable(results, order);
  expect(shown).toContain('| one | p50 | 30 ms | 35 | yes |');
  expect(shown).toContain('| storm | fault p95 | 1500 ms | 1000 | **no** |');
  expect(shown).toContain('| storm | lost | 0 | 0 | yes |');
  expect(shown).toContain('Not measured yet: webhook.');
});

test('a start is shown by that of the empty function', () => {
  const kB = { scenario: 's', figure: 'sweeper, bundle', value: 430, unit: 'kB' as const };
  const later = { ...kB, figure: 'sweeper, loaded later', value: 20 };
  const figures = [ms('quiet: empty function, start', 30), ms('sweeper, start', 60), kB, later];
  expect(coldStartTable({ coldstart: { ...run, figures } })).toContain(
    '| sweeper | 474 | 430 | 20 | 3.18 × | 2 × | 60 |',
  );
});

test('the views of the console have a table of their own, with the load of its run', () => {
  const figures = [
    ms('search for a host p50', 1_200, 1_000),
    ms('search for a host: drawing p50', 30),
    ms('tenant: servers p50', 400, 1_000),
    ms('tenant: servers: drawing p50', 20),
  ];
  const views = { ...results, console: { ...run, figures } };
  const shown = consoleTable(views);
  expect(shown).toContain('| search for a host | 1200 | 30 | **no** |');
  expect(shown).toContain('| tenant: servers | 400 | 20 | yes |');
  expect(shown.match(/^\| /gm)).toHaveLength(3);
  expect(shown).toContain('load before and after: 1, 2');
  expect(consoleTable(results)).toBe('Not measured yet.');
  const [all, without] = [views, results].map((each) => scenarioTable(each, [...order, 'console']));
  expect(all).toBe(without);
  expect(barsOf(views, [...order, 'console'])).toEqual(barsOf(results, order));
});

test('the requests of a trace are a table for each of its scenarios', () => {
  const figures = [
    ms('one: DynamoDB Query Alarms from', 61.4),
    ms('one: DynamoDB Query Alarms to', 64.6),
    ms('fifty: SNS PublishBatch from', 99),
    ms('fifty: SNS PublishBatch to', 104),
  ];
  const shown = traceTables({ ...results, trace: { ...run, figures } });
  expect(shown).toContain('| ms | request, in `one` |');
  expect(shown).toContain('| 61 – 65 | DynamoDB Query Alarms |');
  expect(shown).toContain('| 99 – 104 | SNS PublishBatch |');
  expect(shown).toContain('load before and after: 1, 2');
  expect(traceTables(results)).toBe('Not measured yet.');
  const traced = { ...results, trace: { ...run, figures } };
  expect(scenarioTable(traced, [...order, 'trace'])).toBe(scenarioTable(results, order));
});

test('a generated part replaces the text in its place, as often as it is generated', () => {
  const text = 'a\n<!-- begin: x -->\nold\n<!-- end: x -->\nb\n';
  const once = filled(text, { x: 'new' });
  expect(once).toBe('a\n<!-- begin: x -->\n\nnew\n\n<!-- end: x -->\nb\n');
  expect(filled(once, { x: 'new' })).toBe(once);
  expect(() => filled(text, { y: '' })).toThrow('no place for y');
});
