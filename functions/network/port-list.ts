/** The order, the pages and the links of a list: docs/wire/network.md#lists-of-ports. */

import type { Query } from '../../adapters/http/query.ts';
import type { RawRequest } from '../../adapters/http/request.ts';
import type { Port } from '../../domain/ports/port.ts';
import { type SortKey, sortedBy } from '../../domain/sort.ts';
import { badArgument, badRequest, shown } from './neutron.ts';

/** The largest page, and the size of a page without `limit`. */
export const mostInPage = 1_000;

/** The attributes by which a list can be sorted, by name. */
export type SortKeys<T> = ReadonlyMap<string, SortKey<T>['of']>;

/** The attributes by which ports can be sorted. */
export const portSortKeys: SortKeys<Port> = new Map<string, SortKey<Port>['of']>([
  ['id', ({ id }) => id],
  ['name', ({ name }) => name],
  ['network_id', ({ network_id }) => network_id],
  ['project_id', ({ project_id }) => project_id],
  ['tenant_id', ({ project_id }) => project_id],
  ['admin_state_up', ({ admin_state_up }) => admin_state_up],
  ['status', ({ status }) => status],
  ['device_id', ({ device_id }) => device_id],
  ['device_owner', ({ device_owner }) => device_owner],
  ['mac_address', ({ mac_address }) => mac_address],
]);

export type ListOrder<T> = {
  /** The order of two items; below 0 if `a` comes first. */
  readonly compare: (a: T, b: T) => number;
  /** The direction if the order is that of the ids; undefined for another order. */
  readonly byId: 'asc' | 'desc' | undefined;
};

export type PageRequest = {
  readonly size: number;
  /** Whether the client gave a limit. */
  readonly limited: boolean;
  /** The id of the last item seen; undefined without a limit. */
  readonly marker: string | undefined;
  readonly reverse: boolean;
};

/**
 * The order that the pairs of `sort_key` and `sort_dir` request; items that are equal in it are ordered
 * by id. @throws HTTPBadRequest
 */
export function readOrder<T extends { readonly id: string }>(
  { sort_key = [], sort_dir = [] }: Query,
  sortKeys: SortKeys<T>,
): ListOrder<T> {
  const keys = sort_key.filter((key) => key !== '');
  const dirs = sort_dir.filter((dir) => dir !== '');
  if (keys.length !== dirs.length) {
    throw badRequest('The number of sort_keys and sort_dirs must be same');
  }
  const unknown = keys.filter((key) => !sortKeys.has(key));
  if (unknown.length > 0) {
    throw badRequest(`[${quoted(unknown)}] is invalid attribute for sort_keys`);
  }
  const wrong = dirs.filter((dir) => dir !== 'asc' && dir !== 'desc');
  if (wrong.length > 0) {
    throw badRequest(
      `[${quoted(wrong)}] is invalid value for sort_dirs, valid value is 'asc' and 'desc'`,
    );
  }
  const steps = keys.map((key, n) => ({
    of: sortKeys.get(key) ?? idOf,
    descending: dirs[n] === 'desc',
  }));
  const byId =
    keys.length === 0
      ? 'asc'
      : keys[0] === 'id'
        ? dirs[0] === 'desc'
          ? 'desc'
          : 'asc'
        : undefined;
  return { compare: sortedBy([...steps, { of: idOf, descending: false }]), byId };
}

const idOf = ({ id }: { readonly id: string }): string => id;

const quoted = (values: readonly string[]): string =>
  values.map((value) => `'${shown(value)}'`).join(', ');

/** The requested page. @throws BadRequest for a limit that is not a whole number. */
export function readPage({ limit = [], marker = [], page_reverse = [] }: Query): PageRequest {
  const text = limit.at(-1) ?? '0';
  const asked = /^\s*\d+\s*$/.test(text) ? Number(text) : undefined;
  if (asked === undefined) {
    throw badArgument(
      `Bad limit request: Limit must be an integer 0 or greater and not '${shown(text)}'.`,
    );
  }
  const limited = asked > 0;
  return {
    size: limited ? Math.min(asked, mostInPage) : mostInPage,
    limited,
    marker: limited ? marker.at(-1) || undefined : undefined,
    reverse: limited && /^(true|1)$/i.test(page_reverse.at(-1) ?? ''),
  };
}

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
