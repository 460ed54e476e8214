/**
 * The chart of docs/performance.md: each measured figure, the same figure without load, and its
 * target.
 */
import { parse, resetSVGDefIds, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import type { KeptResults } from '../../../bench/results.ts';

/** One row of the chart; times in ms. */
export type Bar = {
  readonly label: string;
  readonly measured: number;
  readonly target: number;
  /** The same figure without load, from the same run. */
  readonly quiet?: number;
};

/**
 * The times that have a target, in the order of the scenarios. Cold starts and views are in other
 * tables.
 */
export function barsOf(results: KeptResults, order: readonly string[]): Bar[] {
  return order
    .filter((name) => !['coldstart', 'aws', 'console'].includes(name))
    .flatMap((name) => {
      const figures = results[name]?.figures ?? [];
      return figures.flatMap(({ figure, value, unit, target }): Bar[] => {
        if (unit !== 'ms' || target === undefined) return [];
        const quiet = figures.find((each) => each.figure === `quiet: ${figure}`)?.value;
        const label = `${name}: ${figure}`;
        return [{ label, measured: value, target, ...(quiet !== undefined && { quiet }) }];
      });
    });
}

const colours = { measured: '#4c78a8', quiet: '#b6c9df', target: '#d62728' } as const;

/** The fields of a bar, in the order of the legend. */
const spec = (bars: readonly Bar[]): TopLevelSpec => ({
  $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
  title: 'Times in ms, on the embedded stack',
  width: 520,
  height: { step: 22 },
  background: 'white',
  data: {
    values: bars.map((bar) => ({ ...bar, label: `${bar.label}` })),
  },
  encoding: {
    y: { field: 'label', type: 'nominal', sort: null, axis: { title: null, labelLimit: 320 } },
  },
  layer: [
    {
      mark: { type: 'bar', size: 14 },
      encoding: {
        x: {
          field: 'measured',
          type: 'quantitative',
          scale: { type: 'sqrt' },
          axis: { title: 'ms (square root scale)' },
        },
        color: { datum: 'measured' },
      },
    },
    {
      mark: { type: 'bar', size: 6 },
      encoding: { x: { field: 'quiet', type: 'quantitative' }, color: { datum: 'quiet' } },
    },
    {
      mark: { type: 'tick', thickness: 3, size: 18 },
      encoding: { x: { field: 'target', type: 'quantitative' }, color: { datum: 'target' } },
    },
  ],
  config: { range: { category: Object.values(colours) } },
});

/** Draws the bars. The same bars give the same text. */
export async function chartOf(bars: readonly Bar[]): Promise<string> {
  resetSVGDefIds();
  const view = new View(parse(compile(spec(bars)).spec), { renderer: 'none' });
  return `${await view.toSVG()}\n`;
}
