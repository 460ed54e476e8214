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

/** The most pages that a list shows: others are found by its filters. */
const mostPages = 20;

/**
 * @param load loads the page that begins at a marker, the first if it is undefined.
 * @param of the values of which the list depends: it begins anew when one of them changes.
 */
export function usePages<Row>(
  load: (marker: string | undefined, signal: AbortSignal) => Promise<Page<Row>>,
  kinds: readonly string[],
  of: readonly unknown[] = [],
): Pages<Row> {
  const [count, setCount] = useState(1);
  const live = useLive(
    async (signal) => {
      const rows: Row[] = [];
      let next: string | undefined;
      for (let page = 0; page < count; page += 1) {
        const loaded = await load(next, signal);
        rows.push(...loaded.rows);
        next = loaded.next;
        if (next === undefined) break;
      }
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
