/** Takes a report that is the whole state of its source, such as a list of all checks that are critical. */
import { endsOfUnlisted, type KnownCondition } from '../domain/conditions/snapshot.ts';
import type { ConditionReport, ItemOutcome, ReportConditions } from './report-conditions.ts';

export type ReportSnapshotDeps = {
  /**
   * The conditions that a source has raised. They are found by an index, which may lag: one that was
   * raised a moment ago may be missing, and is then ended by the next snapshot.
   */
  readonly raisedBy: (source: string) => Promise<readonly KnownCondition[]>;
  readonly reportConditions: ReportConditions;
};

/**
 * Reports the items, and behind them the end of each condition of the source that is not among them. The
 * outcomes are in this order. If the process dies on the way, the next snapshot ends what is left.
 */
export async function reportSnapshot(
  { raisedBy, reportConditions }: ReportSnapshotDeps,
  report: ConditionReport,
): Promise<readonly ItemOutcome[]> {
  const known = await raisedBy(report.source.name);
  const ends = endsOfUnlisted(report.items, known);
  return reportConditions({ ...report, items: [...report.items, ...ends] });
}
