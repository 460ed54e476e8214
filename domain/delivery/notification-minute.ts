/**
 * How many notifications were sent in each minute, and how long after the report of their event: counts
 * by time, so that evaluators that send at once only add. Decision: docs/adr/0039.
 */
import * as z from 'zod';
import type { OutboxRow } from '../alarms/outbox-row.ts';
import { Moment } from '../time.ts';

/** The upper ends of the ranges of times, in milliseconds; the last range has none. */
export const timeBounds = [
  50, 100, 200, 300, 500, 750, 1_000, 1_500, 2_000, 3_000, 5_000, 10_000, 30_000, 60_000,
] as const;
/** The name of the range without an upper end. */
const longer = 'longer';

/** How many notifications took how long: by the upper end of the range, as text. */
export type TimeCounts = Readonly<Record<string, number>>;

/** What is added to a minute. */
export type MinuteCounts = { readonly minute: string; readonly counts: TimeCounts };

/** Notifications that were sent at one time. */
export type Sent = { readonly rows: readonly OutboxRow[]; readonly at: string };

/** The minute of a moment, as the moment of its start. */
export const minuteOf = (moment: string): string => `${moment.slice(0, 16)}:00.000Z`;

const Accepted = z.object({ accepted_at: Moment });

/** When the event of a row was accepted; undefined if its message does not say so. */
function acceptedAt({ body }: OutboxRow): string | undefined {
  try {
    return Accepted.safeParse(JSON.parse(body)).data?.accepted_at;
  } catch {
    return undefined;
  }
}

const rangeOf = (ms: number): string => String(timeBounds.find((bound) => ms <= bound) ?? longer);

/** The counts of what was sent, by minute; empty for nothing. */
export function minuteCounts(sent: readonly Sent[]): MinuteCounts[] {
  const timed = sent.flatMap(({ rows, at }) =>
    rows.flatMap((row) => {
      const accepted = acceptedAt(row);
      if (accepted === undefined) return [];
      return [{ minute: minuteOf(at), range: rangeOf(Date.parse(at) - Date.parse(accepted)) }];
    }),
  );
  return [...Map.groupBy(timed, ({ minute }) => minute)].map(([minute, its]) => ({
    minute,
    counts: Object.fromEntries(
      [...Map.groupBy(its, ({ range }) => range)].map(([range, same]) => [range, same.length]),
    ),
  }));
}

/** All notifications of the counts. */
export const totalOf = (counts: TimeCounts): number =>
  Object.values(counts).reduce((sum, each) => sum + each, 0);

/**
 * The time within which this share of the notifications was sent, in milliseconds: the upper end of its
 * range. Null for none; the last bound if it is longer than that.
 */
export function timeOfShare(counts: TimeCounts, share: number): number | null {
  const total = totalOf(counts);
  if (total === 0) return null;
  let sum = 0;
  for (const bound of timeBounds) {
    sum += counts[String(bound)] ?? 0;
    if (sum >= share * total) return bound;
  }
  return timeBounds.at(-1) ?? null;
}
