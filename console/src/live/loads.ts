/**
 * The loads of the page: what its views show and read again by themselves. Each request of the feed
 * lists all these reads, and the answer that names a change also has the new data. It uses no clock
 * and no network.
 */
import { type Answered, keyOf, type ReadRequest, type Source } from '../api/again.ts';
import { type Changed, concerns, type FeedAnswer } from './feed-plan.ts';

/**
 * How to read single things of a list: if few of them changed, the feed reads these and not the
 * list.
 */
export type Each = { readonly kind: string; readonly path: string };

/** One load of a view, as long as the view is shown. */
export type Load = {
  /** The kinds of changes after which it is read again; empty: never by itself. */
  readonly kinds: readonly string[];
  readonly each?: Each | undefined;
  /** The requests of its last run; empty while it runs for the first time. */
  reads: readonly ReadRequest[];
  /** True if it must be read again even if nothing changes. */
  due: boolean;
  /**
   * True while it runs. It does not start again before it has ended; otherwise frequent changes
   * would keep it from ending.
   */
  busy: boolean;
  /** Runs it again, with the answers of the source. */
  readonly run: (source: Source) => void;
  /** Puts single things into the data, in place of reading all of it again: their answers, by id. */
  readonly patch?: ((things: ReadonlyMap<string, Answered>) => void) | undefined;
};

/** A read in the body of the feed's request. */
type SentRead = ReadRequest & {
  readonly kinds: readonly string[];
  readonly each?: Each;
  readonly now?: boolean;
};

/** What a request of the feed reads, and for which loads. */
export type Sent = {
  readonly reads: readonly SentRead[];
  readonly loads: ReadonlyMap<Load, readonly ReadRequest[]>;
};

/** The largest number of reads that the API allows in one request. */
const mostReads = 24;
/**
 * Statuses of reads that are repeated later: the other function could not be reached, or the
 * answers together were too large.
 */
const unread = new Set([413, 503]);

/** True if the feed can make the request: a GET, one of Aodh's queries, or a preview of an alarm. */
const canBeSent = ({ path, body }: ReadRequest): boolean =>
  body === undefined || /^\/(alarming\/v2\/query\/|doctor\/v1\/alarm-preview$)/.test(path);

type Waiting = {
  readonly request: ReadRequest;
  readonly settle: (answer: Answered) => void;
};

export type Loads = ReturnType<typeof makeLoads>;

/** The loads of a page. */
export function makeLoads() {
  const shown = new Set<Load>();
  /** Further reads that a load needs while it runs, such as the next page of a list. */
  let waiting: Waiting[] = [];

  const later = (request: ReadRequest): Promise<Answered> =>
    new Promise((settle) => {
      waiting.push({ request, settle });
    });

  return {
    /** Reads the load again after changes. @returns a function that ends this. */
    show: (load: Load): (() => void) => {
      shown.add(load);
      return () => shown.delete(load);
    },
    /** Makes all loads due, because the page missed changes. */
    missed: (): void => {
      for (const load of shown) load.due = true;
    },
    /** The reads of the next request. */
    next: (): Sent => sentFor([...shown], waiting),
    /**
     * Passes the answers to the loads that they concern. Loads that were not in the request are
     * read with the next one.
     */
    take: (sent: Sent, answer: Pick<FeedAnswer, 'answers'>, changed: Changed): void => {
      const came = sorted(sent, answer);
      const served = waiting.filter(({ request }) => came.whole.has(keyOf(request)));
      waiting = waiting.filter((each) => !served.includes(each));
      for (const load of [...shown]) {
        if (load.due || concerns(changed, load.kinds)) give(load, sent, came, later);
      }
      for (const { request, settle } of served) {
        settle(came.whole.get(keyOf(request)) ?? { status: 503, text: '' });
      }
    },
  };
}

/**
 * The reads of a request: first those that a running load waits for, then those of due loads, then
 * all others.
 */
function sentFor(shown: readonly Load[], waiting: readonly Waiting[]): Sent {
  const reads = new Map<string, SentRead>();
  for (const { request } of waiting.slice(0, mostReads)) {
    reads.set(keyOf(request), { ...request, kinds: [], now: true });
  }
  const able = shown.filter(
    ({ busy, reads, due, kinds }) =>
      !busy && reads.length > 0 && reads.every(canBeSent) && (due || kinds.length > 0),
  );
  const loads = new Map<Load, readonly ReadRequest[]>();
  for (const load of able.sort((a, b) => Number(b.due) - Number(a.due))) {
    const fresh = load.reads.filter((request) => !reads.has(keyOf(request)));
    if (reads.size + fresh.length > mostReads) continue;
    load.reads.forEach((request, n) => {
      const key = keyOf(request);
      reads.set(key, merged(reads.get(key), sentRead(load, request, n)));
    });
    loads.set(load, load.reads);
  }
  return { reads: [...reads.values()], loads };
}

/** Answers by the key of their request. Those of single things are also by id. */
type Came = {
  readonly whole: ReadonlyMap<string, Answered>;
  readonly things: ReadonlyMap<string, ReadonlyMap<string, Answered>>;
  /** Requests that must be made again. */
  readonly failed: ReadonlySet<string>;
};

function sorted(sent: Sent, { answers }: Pick<FeedAnswer, 'answers'>): Came {
  const whole = new Map<string, Answered>();
  const things = new Map<string, Map<string, Answered>>();
  const failed = new Set<string>();
  for (const { read, id, status, body } of answers) {
    const request = sent.reads[read];
    if (!request) continue;
    const key = keyOf(request);
    if (unread.has(status)) {
      failed.add(key);
      continue;
    }
    const answered = { status, text: body === undefined ? '' : JSON.stringify(body) };
    if (id === null) whole.set(key, answered);
    else things.set(key, (things.get(key) ?? new Map()).set(id, answered));
  }
  return { whole, things, failed };
}

/**
 * Runs a load with its answers. The load stays due if there are none, or if it has changed since
 * the request was sent.
 */
function give(
  load: Load,
  sent: Sent,
  { whole, things, failed }: Came,
  later: (request: ReadRequest) => Promise<Answered>,
): void {
  const reads = sent.loads.get(load);
  const [first] = reads ?? [];
  const key = first && keyOf(first);
  const current = key !== undefined && reads === load.reads && !load.busy;
  const single = current ? things.get(key) : undefined;
  load.due = !current || failed.has(key) || (!single && !whole.has(key));
  if (load.due) return;
  if (single && load.patch) {
    load.patch(single);
    return;
  }
  load.run((request) => {
    const found = whole.get(keyOf(request));
    if (found) return Promise.resolve(found);
    return canBeSent(request) ? later(request) : undefined;
  });
}

/**
 * A read in the form of the API. Only the first read of a load allows single things; later pages
 * are read after it if they are needed.
 */
function sentRead({ kinds, each, due }: Load, request: ReadRequest, n: number): SentRead {
  const now = due ? { now: true } : {};
  if (!each) return { ...request, kinds, ...now };
  return { ...request, ...(n === 0 ? { kinds, each } : { kinds: [] }), ...now };
}

/** Merges equal reads of two loads. */
function merged(before: SentRead | undefined, added: SentRead): SentRead {
  if (!before) return added;
  const now = before.now || added.now;
  return {
    ...added,
    ...before,
    kinds: [...new Set([...before.kinds, ...added.kinds])],
    ...(now && { now }),
  };
}
