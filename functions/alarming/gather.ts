/** A page of a list, gathered from what an index shows. */
import { answerBytes, mostAnswerBytes } from '../../adapters/http/answer-size.ts';
import type { TimeReading } from '../../domain/alarms/alarm-index.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Listing } from './list-request.ts';

/** Whether rows come in the order that is asked for, so that reading may end with the page. */
export const inOrder = <T>({ byTime }: Listing<T>, ordered: boolean): boolean =>
  ordered && byTime !== undefined;

/** With a limit, this many rows are read at first at least: a filter may leave most of them out. */
const leastAtFirst = 100;

/** How to read an index for a list; `after` is the sort key of the last thing of the page before. */
export function readingOf<T>(listing: Listing<T>, ordered: boolean, after?: string): TimeReading {
  if (!inOrder(listing, ordered)) return {};
  const { limit, byTime } = listing;
  return {
    oldestFirst: byTime === 'oldest first',
    ...(after !== undefined && { after }),
    first: limit && Math.max(limit, leastAtFirst),
  };
}

/** What can be read well within the 29 seconds that API Gateway waits. */
const mostRead = 100_000;

type Gathering<T> = {
  readonly listing: Listing<T>;
  /** Whether the pages come by time. */
  readonly ordered: boolean;
  /** The last thing of the page before. */
  readonly last: T | undefined;
  readonly view: (item: T) => unknown;
};

/**
 * What the list shows of the pages. Reads no further than it must, and keeps no more than it may
 * show. Throws `too_large` rather than leave something out unsaid.
 */
export async function gathered<T>(
  pages: AsyncIterable<readonly T[]>,
  { listing, ordered, last, view }: Gathering<T>,
): Promise<unknown[]> {
  const { test, order, limit } = listing;
  let kept: T[] = [];
  let bytes = 0;
  let read = 0;
  for await (const page of pages) {
    read += page.length;
    if (read > mostRead) throw tooMuch();
    const asked = page.filter((item) => test(item) && (!last || order(last, item) < 0));
    kept.push(...asked);
    if (limit === undefined) {
      bytes += asked.reduce((sum, item) => sum + answerBytes(view(item)), 0);
      if (bytes > mostAnswerBytes) throw tooLarge();
    } else if (kept.length >= limit) {
      if (inOrder(listing, ordered)) break;
      kept = kept.sort(order).slice(0, limit);
    }
  }
  const views = kept.sort(order).slice(0, limit).map(view);
  if (answerBytes(views) > mostAnswerBytes) throw tooLarge();
  return views;
}

const tooMuch = (): DomainError =>
  new DomainError(
    'too_large',
    'There is too much to look through: narrow it, as by its time, by an id, or by a name.',
  );

const tooLarge = (): DomainError =>
  new DomainError(
    'too_large',
    'The list is too large for one answer: ask for it in parts, with limit and marker.',
  );
