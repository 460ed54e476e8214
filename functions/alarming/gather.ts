/** Gathers a page of a list from the pages of an index. */
import { answerBytes, mostAnswerBytes } from '../../adapters/http/answer-size.ts';
import type { TimeReading } from '../../domain/alarms/alarm-index.ts';
import { DomainError } from '../../domain/errors.ts';
import type { ListRequest } from './list-request.ts';

/**
 * Whether the rows come in the requested order, so that reading can end when the page is full.
 * @param ordered whether the pages are ordered by time.
 */
export const inOrder = <T>({ byTime }: ListRequest<T>, ordered: boolean): boolean =>
  ordered && byTime !== undefined;

/** The least rows of the first page with a limit: a filter may leave most rows out. */
const leastAtFirst = 100;

/**
 * How to read an index for a list.
 * @param ordered whether the index is read in the order of time.
 * @param after the sort key of the last item of the page before.
 */
export function readingOf<T>(list: ListRequest<T>, ordered: boolean, after?: string): TimeReading {
  if (!inOrder(list, ordered)) return {};
  const { limit, byTime } = list;
  return {
    oldestFirst: byTime === 'oldest first',
    ...(after !== undefined && { after }),
    first: limit && Math.max(limit, leastAtFirst),
  };
}

/**
 * The most items that are read. Reading them takes much less than the 29 s that API Gateway waits.
 */
const mostRead = 100_000;

type Gathering<T> = {
  readonly list: ListRequest<T>;
  /** Whether the pages are ordered by time. */
  readonly ordered: boolean;
  /** The last item of the page before; undefined for the first page. */
  readonly last: T | undefined;
  readonly view: (item: T) => unknown;
};

/**
 * The views of the page that the list requests. It reads only as many pages as it needs, and keeps
 * only items that it may show.
 * @throws DomainError `too_large` if there is too much to read or to answer; it never cuts an
 * answer.
 */
export async function gatheredItems<T>(
  pages: AsyncIterable<readonly T[]>,
  { list, ordered, last, view }: Gathering<T>,
): Promise<unknown[]> {
  const { test, order, limit } = list;
  let kept: T[] = [];
  let bytes = 0;
  let read = 0;
  for await (const page of pages) {
    read += page.length;
    if (read > mostRead) throw tooMuch();
    const found = page.filter((item) => test(item) && (!last || order(last, item) < 0));
    kept.push(...found);
    if (limit === undefined) {
      bytes += found.reduce((sum, item) => sum + answerBytes(view(item)), 0);
      if (bytes > mostAnswerBytes) throw tooLarge();
    } else if (kept.length >= limit) {
      if (inOrder(list, ordered)) break;
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
    'There is too much to search. Narrow the query, for example by time, by an id or by a name.',
  );

const tooLarge = (): DomainError =>
  new DomainError(
    'too_large',
    'The list is too large for one answer. Request it in parts, with limit and marker.',
  );
