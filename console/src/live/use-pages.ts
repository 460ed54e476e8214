/** Lists that are loaded page by page, and loaded again when they have changed. */
import { useState } from 'preact/hooks';
import { type Live, useLive } from './use-live.ts';

export type Page<Row> = {
  readonly rows: readonly Row[];
  /** From where the next page is loaded; undefined: this is the last. */
  readonly next?: string | undefined;
};

export type Pages<Row> = Live<readonly Row[]> & {
  /** Loads the next page; undefined if there is none. */
  readonly more: (() => void) | undefined;
};

/** Rows of a page. */
const pageSize = 100;
/** The most pages that a list shows: others are found by its filters. */
const mostPages = 20;

/** Which rows are loaded: at most so many from a marker on, from the beginning if it is undefined. */
export type PageOf = { readonly marker: string | undefined; readonly limit: number };

/**
 * @param load loads a part of the list.
 * @param largest the most rows that the API gives at once: a long list is loaded in few requests.
 * @param pages how many pages there are at first.
 * @param of the values of which the list depends: it begins anew when one of them changes.
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
        // A page may have few rows, or none, although more follow.
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
