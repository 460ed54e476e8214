import { appendFileSync, mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from '../scripts/stack/state.ts';
import type { Machine } from './machine.ts';

/** One measured number. */
export type Figure = {
  readonly scenario: string;
  readonly figure: string;
  readonly value: number;
  readonly unit: 'ms' | 'count' | 's' | 'kB' | '×' | '$';
  /** The target: the highest value that meets it. Undefined without a target. */
  readonly target?: number;
};

/**
 * The percentile of values (nearest rank): the value below which the given share of them lies. NaN
 * if there are no values.
 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** Median, 99th percentile and maximum of times. */
export function spread(
  scenario: string,
  name: string,
  values: readonly number[],
  targets: { readonly p50?: number; readonly p99?: number; readonly max?: number } = {},
): Figure[] {
  const figure = (rank: 'p50' | 'p99' | 'max', share: number): Figure => ({
    scenario,
    figure: `${name} ${rank}`,
    value: percentile(values, share),
    unit: 'ms',
    ...(targets[rank] !== undefined && { target: targets[rank] }),
  });
  return [figure('p50', 0.5), figure('p99', 0.99), figure('max', 1)];
}

/** True if the figure meets its target, or has none. */
export const isMet = ({ value, target }: Figure): boolean =>
  target === undefined || value <= target;

const folder = join(root, 'bench/results');

/** Writes the run's figures to a new file, one JSON line each. Returns its path. */
export function store(run: Machine, figures: readonly Figure[]): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${run.at.replaceAll(':', '-')}.jsonl`);
  for (const figure of figures) {
    const line = { ...figure, value: rounded(figure.value), met: isMet(figure), ...run };
    appendFileSync(file, `${JSON.stringify(line)}\n`);
  }
  return relative(process.cwd(), file);
}

/** With one digit after the point; small values, such as factors and dollars, with two. */
export const rounded = (value: number): number =>
  Math.abs(value) < 10 ? Math.round(value * 100) / 100 : Math.round(value * 10) / 10;

/** The figures as a table. */
export function figuresTable(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.scenario,
    figure.figure,
    `${rounded(figure.value)} ${figure.unit === 'count' ? '' : figure.unit}`.trim(),
    figure.target === undefined
      ? ''
      : `${isMet(figure) ? 'met' : 'MISSED'}: at most ${rounded(figure.target)}`,
  ]);
  const all = [['scenario', 'figure', 'value', 'target'], ...rows];
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(...all.map((row) => row[column]?.length ?? 0)),
  );
  return all
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .join('\n');
}
