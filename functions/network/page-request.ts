/** The page of a list that a query requests: docs/wire/network.md#lists-of-ports. */

import type { Query } from '../../adapters/http/query.ts';
import { badArgument, shown } from './neutron.ts';

/** The largest page, and the size of a page without `limit`. */
export const mostInPage = 1_000;

export type PageRequest = {
  readonly size: number;
  /** Whether the client gave a limit. */
  readonly limited: boolean;
  /** The id of the last item seen; undefined without a limit. */
  readonly marker: string | undefined;
  readonly reverse: boolean;
};

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
