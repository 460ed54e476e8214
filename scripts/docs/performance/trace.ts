/** The tables of the times of requests, as the scenario `trace` of the benchmark measured them. */
import type { KeptResults } from '../../../bench/results.ts';
import { table } from '../markdown.ts';

/** A table for each traced scenario: the requests by their beginning, in ms from the request on. */
export function traceTables(results: KeptResults): string {
  const run = results.trace;
  if (!run) return 'Not measured yet.';
  const { at, commit, load, loadAtEnd, figures } = run;
  const value = (name: string) => figures.find(({ figure }) => figure === name)?.value;
  const rows = figures.flatMap(({ figure, value: from }) => {
    const [, scenario, what] = /^(\w+): (.*) from$/.exec(figure) ?? [];
    if (scenario === undefined || what === undefined) return [];
    const to = value(`${scenario}: ${what} to`) ?? from;
    return [{ scenario, row: [`${Math.round(from)} – ${Math.round(to)}`, what] }];
  });
  const tables = [...Map.groupBy(rows, ({ scenario }) => scenario)].map(([scenario, its]) =>
    table(
      ['ms', `request, in \`${scenario}\``],
      its.map(({ row }) => row),
    ),
  );
  const measured = `Measured ${at.slice(0, 16)}, commit ${commit}, load before and after: ${load}, ${loadAtEnd}.`;
  return [measured, ...tables].join('\n\n');
}
