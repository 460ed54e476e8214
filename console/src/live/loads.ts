/**
 * What the page shows and reads again by itself. The feed's request reads all of it: the page lists
 * what its views read, and the answer that names a change brings what changed. No clock, no
 * network.
 */
import { type Answered, keyOf, type ReadRequest, type Source } from '../api/again.ts';
import { type Changed, concerns, type FeedAnswer } from './feed-plan.ts';

/** If few things changed, they are read one by one, in place of the list that they are in. */
export type Each = { readonly kind: string; readonly path: string };

/** One load of a view, as long as the view is shown. */
export type Load = {
  /** The kinds of changes after which it is read again; empty: never by itself. */
  readonly kinds: readonly string[];
  readonly each?: Each | undefined;
  /** The requests of its last run; empty while it runs for the first time. */
  reads: readonly ReadRequest[];
  /** Whether it must be read again, whatever changes. */
  due: boolean;
  /** Whether it runs: it is not begun anew before it has ended, so that it comes to an end. */
  busy: boolean;
  /** Runs it again on the answers of the source. */
  readonly run: (source: Source) => void;
  /** Takes single things in place of the whole; the second is what was answered, by id. */
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

/** The most reads of a request that the API takes. */
const mostReads = 24;
/**
 * Statuses after which it is read again later: the other function could not be reached, or the
 * answers together were too large.
 */
const unread = new Set([413, 503]);

/** Whether the feed can make the request: a GET, a query of Aodh's, or a trial of an alarm. */
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
  /** Reads that a load turned out to need while it ran, such as the next page of a list. */
  let waiting: Waiting[] = [];

  const later = (request: ReadRequest): Promise<Answered> =>
    new Promise((settle) => {
      waiting.push({ request, settle });
    });

  return {
    /** Reads it again after changes. @returns what ends that. */
    show: (load: Load): (() => void) => {
      shown.add(load);
      return () => shown.delete(load);
    },
    /** Makes all of them due: the page missed changes. */
    missed: (): void => {
      for (const load of shown) load.due = true;
    },
    /** What the next request reads. */
    next: (): Sent => sentFor([...shown], waiting),
    /** Gives the answers to the loads that they concern. Loads that were not sent are read next time. */
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

/** What waits, then what is due, then what may change. */
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

/** Answers by the key of their request; those of single things by their ids, too. */
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
 * Runs a load on the answers that came for it. It stays due if none came, or if it has changed
 * since it was sent.
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

/** Only the first read of a load has its things read one by one; the pages behind it follow if need be. */
function sentRead({ kinds, each, due }: Load, request: ReadRequest, n: number): SentRead {
  const now = due ? { now: true } : {};
  if (!each) return { ...request, kinds, ...now };
  return { ...request, ...(n === 0 ? { kinds, each } : { kinds: [] }), ...now };
}

/** One read for two loads of the same. */
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
