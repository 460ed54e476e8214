/** A page of a list, cut to the size of an answer. */
import { answerBytes, mostAnswerBytes } from '../../adapters/http/answer-size.ts';
import type { PageRequest } from './page-request.ts';

/** A page that is shown: the views, their ids, and whether there may be more. */
export type ShownPage = {
  readonly page: PageRequest;
  readonly views: readonly unknown[];
  readonly ids: readonly string[];
  readonly full: boolean;
};

/** As many of the items as an answer holds, at least one; the rest is on the next page. */
export function shownPage<T extends { readonly id: string }>(
  items: readonly T[],
  page: PageRequest,
  viewOf: (item: T) => unknown,
): ShownPage {
  const all = items.map((item) => ({ id: item.id, view: viewOf(item) }));
  const inOrder = page.reverse ? all.reverse() : all;
  let bytes = 0;
  const end = inOrder.findIndex(({ view }, n) => {
    bytes += answerBytes(view);
    return bytes > mostAnswerBytes && n > 0;
  });
  const kept = end < 0 ? inOrder : inOrder.slice(0, end);
  const shown = page.reverse ? kept.reverse() : kept;
  return {
    page,
    views: shown.map(({ view }) => view),
    ids: shown.map(({ id }) => id),
    full: items.length === page.size || kept.length < items.length,
  };
}
