/** `GET /doctor/v1/unmatched`: what monitors reported of the last day, and why nothing was done. */
import { nextLink } from '../../adapters/http/next-link.ts';
import { ignored } from '../../adapters/http/readers.ts';
import { type Route, route } from '../../adapters/http/route.ts';
import { placeOfUnmatched, type Unmatched } from '../../domain/conditions/unmatched.ts';
import { DomainError } from '../../domain/errors.ts';
import { may } from '../../domain/identity/access.ts';
import { UnmatchedQuery } from './condition-query.ts';

/** What the route needs. */
export type UnmatchedDeps = {
  /** The newest page first, in any order within a page; the first page has at most `first`. */
  readonly unmatchedPages: (
    listing: { readonly source?: string | undefined; readonly from: string; readonly to: string },
    first: number,
  ) => AsyncIterable<readonly Unmatched[]>;
};

/** The form of a place, which is the marker of a page: an item may have expired since. */
const place = /^\d{4}-\d\d-\d\dT[\d:.]+Z#[0-9a-f-]{36}$/;

export const unmatchedRoutes = (deps: UnmatchedDeps): Route[] => [
  route({
    method: 'GET',
    path: '/v1/unmatched',
    roles: may.administrateMonitors,
    query: UnmatchedQuery,
    body: ignored,
    handle: async (request) => {
      const { source, marker, limit } = request.args;
      if (marker !== undefined && !place.test(marker)) {
        throw new DomainError('invalid', 'Invalid input for field/attribute marker.');
      }
      const found: Unmatched[] = [];
      const listing = { source, from: '0', to: marker ?? '~' };
      if (limit > 0) {
        for await (const page of deps.unmatchedPages(listing, limit + 1)) {
          const items = page.filter((each) => placeOfUnmatched(each) !== marker);
          found.push(...items.sort((a, b) => (placeOfUnmatched(a) < placeOfUnmatched(b) ? 1 : -1)));
          if (found.length >= limit) break;
        }
      }
      const items = found.slice(0, limit);
      const last = items.length === limit ? items.at(-1) : undefined;
      const unmatched = items.map(({ unmatched_id: id, ...rest }) => ({ id, ...rest }));
      const next = last ? { next: nextLink(request, placeOfUnmatched(last)) } : {};
      return { status: 200, body: { unmatched, ...next } };
    },
  }),
];
