/** The links from a page of a list to the next and the previous one: docs/wire/network.md#lists-of-ports. */

import type { Query } from '../../adapters/http/query.ts';
import type { RawRequest } from '../../adapters/http/request.ts';
import type { PageRequest } from './page-request.ts';

/** A link to the page before or after the one shown. */
export type PageLink = { readonly rel: 'next' | 'previous'; readonly href: string };

/**
 * The links of a page; none if the whole list is shown without a limit. A page has `next` unless it is
 * the last one, as far as a full page shows, and `previous` unless it is the first one of a list that is
 * read backward. A page that was cut to the size of an answer counts as full.
 */
export function linksOf(
  { base, path, query }: Pick<RawRequest, 'base' | 'path' | 'query'>,
  {
    page,
    ids,
    full,
  }: { readonly page: PageRequest; readonly ids: readonly string[]; readonly full: boolean },
): PageLink[] {
  if (!page.limited && !full) return [];
  const url = `${base}${path}`;
  const next = { marker: ids.at(-1) };
  const previous = { marker: ids[0], page_reverse: 'True' };
  return [
    ...(full || page.reverse
      ? [{ rel: 'next' as const, href: linkTo(url, query, page, next) }]
      : []),
    ...(full || !page.reverse
      ? [{ rel: 'previous' as const, href: linkTo(url, query, page, previous) }]
      : []),
  ];
}

function linkTo(
  url: string,
  { marker: _, page_reverse: __, limit = [], ...others }: Query,
  { limited, size }: PageRequest,
  change: Readonly<Record<string, string | undefined>>,
): string {
  const pairs = Object.entries({ ...others, limit: limited ? limit : [String(size)] }).flatMap(
    ([name, values]) => values.map((value): [string, string] => [name, value]),
  );
  const changed = Object.entries(change).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, value]],
  );
  return `${url}?${new URLSearchParams([...pairs, ...changed])}`;
}
