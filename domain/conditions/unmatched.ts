/**
 * Items of reports that matched nothing. For a day, operators can read what came and why nothing
 * was done.
 */
import * as z from 'zod';
import { unmatchedId } from '../ids.ts';
import { Moment } from '../time.ts';
import type { UnmatchedReport } from './observation.ts';
import { SourceName } from './source.ts';

/** How long an item is kept. */
export const unmatchedSeconds = 86_400;
/** The most items of one source that are kept in an hour: one monitor cannot fill the table. */
export const mostUnmatchedPerHour = 200;
/** The longest item that is kept, as characters of JSON; a longer one is cut. */
const longestItem = 4_000;

/** A kept item. */
export const Unmatched = z.object({
  unmatched_id: z.uuid(),
  source: SourceName,
  at: Moment,
  reported_by: z.object({ user_id: z.string(), user_name: z.string(), project_id: z.string() }),
  request_id: z.string(),
  reason: z.string(),
  /** The item as JSON; cut after 4,000 characters. */
  item: z.string(),
});
export type Unmatched = z.infer<typeof Unmatched>;

/** The row of an item. Repeats of an item within an hour of the clock have the same id. */
export function unmatchedItem(
  { reason, item, key }: Pick<UnmatchedReport, 'reason' | 'item' | 'key'>,
  from: Pick<Unmatched, 'source' | 'at' | 'reported_by' | 'request_id'>,
): Unmatched {
  const text = (JSON.stringify(item) ?? 'null').slice(0, longestItem).toWellFormed();
  const unmatched_id = unmatchedId(from.source, hourOf(from.at), reason, key ?? text);
  return { ...from, unmatched_id, reason: reason.slice(0, 500).toWellFormed(), item: text };
}

/** The hour of a moment: `2026-01-01T00`. */
export const hourOf = (at: string): string => at.slice(0, 13);

/** The sort key in lists by time. */
export const placeOfUnmatched = ({
  at,
  unmatched_id,
}: Pick<Unmatched, 'at' | 'unmatched_id'>): string => `${at}#${unmatched_id}`;
