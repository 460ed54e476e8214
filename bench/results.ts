import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { root } from '../scripts/stack/state.ts';
import { type Figure, rounded } from './figures.ts';
import type { Machine } from './machine.ts';

const KeptFigure = z.object({
  scenario: z.string(),
  figure: z.string(),
  value: z.number(),
  unit: z.enum(['ms', 'count', 's', 'kB', '×', '$']),
  target: z.number().optional(),
});

const KeptRun = z.object({
  at: z.string(),
  commit: z.string(),
  cores: z.number(),
  cpu: z.string(),
  node: z.string(),
  load: z.number(),
  loadAtEnd: z.number(),
  figures: z.array(KeptFigure),
});

/** The last kept run of each scenario, by the scenario's name. */
export const KeptResults = z.record(z.string(), KeptRun);
export type KeptResults = z.infer<typeof KeptResults>;

/** The path, from the root, of the file with the results that docs/performance.md shows. */
export const keptResultsFile = 'docs/performance/results.json';

const path = join(root, keptResultsFile);

/** The results that are kept. */
export const keptResults = (): KeptResults =>
  KeptResults.parse(JSON.parse(readFileSync(path, 'utf8')));

/**
 * The results, ordered by name, in which those of a run replace the earlier ones of the same
 * scenarios.
 */
export function merged(
  before: KeptResults,
  run: Machine & { readonly loadAtEnd: number },
  figures: ReadonlyMap<string, readonly Figure[]>,
): KeptResults {
  const { at, commit, cores, cpu, node, load, loadAtEnd } = run;
  const added = [...figures].map(([name, its]): [string, KeptResults[string]] => [
    name,
    {
      at,
      commit,
      cores,
      cpu,
      node,
      load,
      loadAtEnd,
      figures: its.map(({ scenario, figure, value, unit, target }) => ({
        scenario,
        figure,
        value: rounded(value),
        unit,
        ...(target !== undefined && { target: rounded(target) }),
      })),
    },
  ]);
  const all = new Map([...Object.entries(before), ...added]);
  return Object.fromEntries([...all].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Keeps a run's figures, for docs/performance.md. */
export function keep(
  run: Machine & { readonly loadAtEnd: number },
  figures: ReadonlyMap<string, readonly Figure[]>,
): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(merged(keptResults(), run, figures), null, 2)}\n`);
}
