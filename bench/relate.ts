import type { Figure } from './figures.ts';

/** The target: the median of `one` divided by that of `floor` in the same run. */
const mostTimes = 1.6;

const find = (figures: readonly Figure[], scenario: string, name: string): number | undefined =>
  figures.find(({ scenario: its, figure }) => its === scenario && figure === name)?.value;

/**
 * Figures that compare two scenarios of one run: the median of `one` divided by that of `floor`.
 * Empty if one of them did not run.
 */
export function related(figures: readonly Figure[]): Figure[] {
  const unit = find(figures, 'floor', 'request to message p50');
  const one = find(figures, 'one instance', 'report to notification p50');
  if (unit === undefined || one === undefined || unit === 0) return [];
  return [
    {
      scenario: 'one instance',
      figure: 'p50 by floor',
      value: one / unit,
      unit: '×',
      target: mostTimes,
    },
  ];
}
