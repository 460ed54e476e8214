/** Loads what a view shows, and loads it again when it has changed. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from '../api/client.ts';
import { onChange } from './feed.ts';
import { type Changed, concerns } from './feed-plan.ts';

export type Live<Data> = {
  /** Undefined until it is first loaded. */
  readonly data: Data | undefined;
  /** The message of the last failure; empty if the last load succeeded. */
  readonly error: string;
  readonly reload: () => void;
};

/** Milliseconds between two loads that changes cause. */
const leastGapMs = 2_000;

/**
 * @param kinds the kinds of changes after which it is loaded again; empty: never by itself.
 * @param of the values of which the load depends: it is loaded anew when one of them changes.
 */
export function useLive<Data>(
  load: (signal: AbortSignal) => Promise<Data>,
  kinds: readonly string[],
  of: readonly unknown[] = [],
): Live<Data> {
  const [data, setData] = useState<Data | undefined>(undefined);
  const [error, setError] = useState('');
  const loading = useRef<AbortController | undefined>(undefined);

  const reload = useCallback(() => {
    loading.current?.abort();
    const mine = new AbortController();
    loading.current = mine;
    load(mine.signal).then(
      (loaded) => {
        if (mine.signal.aborted) return;
        setData(() => loaded);
        setError('');
      },
      (failure: unknown) => {
        if (mine.signal.aborted) return;
        if (!(failure instanceof ApiError)) throw failure;
        setError(failure.message);
      },
    );
  }, of);

  useEffect(() => {
    reload();
    const end = follow(kinds, reload);
    return () => {
      end();
      loading.current?.abort();
    };
  }, [reload]);
  return { data, error, reload };
}

/** Reloads after changes of the kinds: at once, and then after the gap if more came meanwhile. */
function follow(kinds: readonly string[], reload: () => void): () => void {
  let last = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const later = (changed: Changed) => {
    if (timer !== undefined || !concerns(changed, kinds)) return;
    const wait = Math.max(0, last + leastGapMs - performance.now());
    timer = setTimeout(() => {
      timer = undefined;
      last = performance.now();
      reload();
    }, wait);
  };
  const end = onChange(later);
  return () => {
    end();
    clearTimeout(timer);
  };
}
