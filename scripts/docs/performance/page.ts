/** docs/performance.md: written by hand, with generated parts between comments. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { keptResults } from '../../../bench/results.ts';
import { scenariosWith } from '../../../bench/scenarios.ts';
import { root } from '../../stack/state.ts';
import { barsOf, chartOf } from './chart.ts';
import { awsBill, awsTimes, coldStartTable, consoleTable, scenarioTable } from './sections.ts';
import { traceTables } from './trace.ts';

const page = 'docs/performance.md';
const chart = 'docs/performance/scenarios.svg';

/**
 * The text with each generated part in its place: between `<!-- begin: name -->` and `<!-- end: name -->`.
 * @throws if a part has no place.
 */
export function filled(text: string, parts: Readonly<Record<string, string>>): string {
  return Object.entries(parts).reduce((left, [name, part]) => {
    const [begin, end] = [`<!-- begin: ${name} -->`, `<!-- end: ${name} -->`];
    const [before, rest] = left.split(begin);
    const [, after] = rest?.split(end) ?? [];
    if (before === undefined || after === undefined) throw new Error(`no place for ${name}`);
    return `${before}${begin}\n\n${part}\n\n${end}${after}`;
  }, text);
}

/** The page and its chart, by their paths from the root. */
export async function performancePages(): Promise<[string, string][]> {
  const results = keptResults();
  const order = Object.keys(scenariosWith({ alarms: 0, hosts: 0 }));
  const text = filled(readFileSync(join(root, page), 'utf8'), {
    scenarios: scenarioTable(results, order),
    'when requests are made': traceTables(results),
    'cold start': coldStartTable(results),
    'console views': consoleTable(results),
    'times on AWS': awsTimes(),
    'the bill': awsBill(),
  });
  return [
    [page, text],
    [chart, await chartOf(barsOf(results, order))],
  ];
}
