/** Loads the data of a view, and loads it again after changes. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { type Answered, answerFrom, type ReadRequest, type Source } from '../api/again.ts';
import { ApiError } from '../api/client.ts';
import { loads } from './feed.ts';
import type { Each, Load } from './loads.ts';

export type Live<Data> = {
  /** Undefined until the first load has ended. */
  readonly data: Data | undefined;
  /**
   * True until the first load of the present values has ended. Until then `data` may be incomplete,
   * or belong to earlier values.
   */
  readonly partial: boolean;
  /** The message of the last failure; empty if the last load succeeded. */
  readonly error: string;
  /** Loads at once, with new requests: after an action of the user. */
  readonly reload: () => void;
  /** Loads with the feed's next request: after changes that the user did not make. */
  readonly refresh: () => void;
};

/** How to put single things into the loaded data, instead of loading all of it again. */
export type Patch<Data> = Each & {
  readonly put: (data: Data, things: ReadonlyMap<string, Answered>) => Data;
};

/**
 * @param load Reads the data. It passes the signal to its requests; after changes, the feed answers
 * them. In its first run it may pass incomplete data to `early`, which is shown until the run ends.
 * @param kinds The kinds of changes after which the data is loaded again; empty: never by itself.
 * @param of The values on which the load depends: it starts again when one of them changes.
 */
export function useLive<Data>(
  load: (signal: AbortSignal, early: (part: Data) => void) => Promise<Data>,
  kinds: readonly string[],
  of: readonly unknown[] = [],
  patch?: Patch<Data>,
): Live<Data> {
  const [data, setData] = useState<Data | undefined>(undefined);
  const [partial, setPartial] = useState(true);
  const [error, setError] = useState('');
  const whole = useRef(false);
  const loading = useRef<AbortController | undefined>(undefined);
  const shown = useRef<Load | undefined>(undefined);

  const run = useCallback((source: Source = () => undefined) => {
    loading.current?.abort();
    const mine = new AbortController();
    loading.current = mine;
    const reads: ReadRequest[] = [];
    answerFrom(mine.signal, (request) => {
      reads.push(request);
      return source(request);
    });
    if (shown.current) shown.current.busy = true;
    const end = (failed: string) => {
      setError(failed);
      if (shown.current) Object.assign(shown.current, { reads, busy: false });
    };
    const early = (part: Data) => {
      if (!mine.signal.aborted && !whole.current) setData(() => part);
    };
    load(mine.signal, early).then(
      (loaded) => {
        if (mine.signal.aborted) return;
        whole.current = true;
        setPartial(false);
        setData(() => loaded);
        end('');
      },
      (failure: unknown) => {
        if (mine.signal.aborted) return;
        if (!(failure instanceof ApiError)) throw failure;
        end(failure.message);
      },
    );
  }, of);

  useEffect(() => {
    const mine: Load = {
      kinds,
      reads: [],
      due: false,
      busy: false,
      run,
      ...(patch && {
        each: { kind: patch.kind, path: patch.path },
        patch: (things) => setData((now) => now && patch.put(now, things)),
      }),
    };
    shown.current = mine;
    whole.current = false;
    setPartial(true);
    const end = loads.show(mine);
    run();
    return () => {
      end();
      shown.current = undefined;
      loading.current?.abort();
    };
  }, [run]);
  const reload = useCallback(() => run(), [run]);
  const refresh = useCallback(() => {
    if (shown.current) shown.current.due = true;
  }, []);
  return { data, partial, error, reload, refresh };
}
