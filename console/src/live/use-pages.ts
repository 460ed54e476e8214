/** Lists that are loaded page by page, and loaded again when they have changed. */
import { useState } from 'preact/hooks';
import { type Live, useLive } from './use-live.ts';

export type Page<Row> = {
  readonly rows: readonly Row[];
  /** The marker of the next page; undefined: this is the last page. */
  readonly next?: string | undefined;
};

export type Pages<Row> = Live<readonly Row[]> & {
  /** Loads the next page; undefined if there is none. */
  readonly more: (() => void) | undefined;
};

/** The number of rows of a page. */
const pageSize = 100;
/** The largest number of pages that a list shows. Filters find the other rows. */
const mostPages = 20;

/**
 * The rows to load: at most `limit` after the marker, or from the beginning if the marker is
 * undefined.
 */
export type PageOf = { readonly marker: string | undefined; readonly limit: number };

/**
 * @param load Loads a part of the list.
 * @param largest The largest number of rows in one answer of the API, so that a long list needs few
 * requests.
 * @param pages The number of pages to load at first.
 * @param of The values on which the list depends: it starts again when one of them changes.
 */
export function usePages<Row>(
  load: (page: PageOf, signal: AbortSignal) => Promise<Page<Row>>,
  kinds: readonly string[],
  {
    largest = pageSize,
    of = [],
    pages = 1,
  }: {
    readonly largest?: number;
    readonly of?: readonly unknown[];
    readonly pages?: number;
  } = {},
): Pages<Row> {
  const [count, setCount] = useState(pages);
  const live = useLive<Page<Row>>(
    async (signal, early) => {
      const rows: Row[] = [];
      let next: string | undefined;
      do {
        const limit = Math.min(largest, count * pageSize - rows.length);
        const loaded = await load({ marker: next, limit }, signal);
        rows.push(...loaded.rows);
        next = loaded.next;
        // A page may have few rows, or none, even if more pages follow.
        if (next !== undefined && rows.length > 0) early({ rows: [...rows], next: undefined });
      } while (next !== undefined && rows.length < count * pageSize);
      return { rows, next };
    },
    kinds,
    [count, ...of],
  );
  const hasMore = live.data?.next !== undefined && count < mostPages;
  return {
    ...live,
    data: live.data?.rows,
    more: hasMore ? () => setCount(count + 1) : undefined,
  };
}

/** The marker in the link to the next page; undefined if there is no link. */
export const markerIn = (link: string | undefined): string | undefined =>
  link === undefined
    ? undefined
    : (new URL(link, document.baseURI).searchParams.get('marker') ?? undefined);
