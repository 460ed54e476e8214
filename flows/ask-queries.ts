/**
 * Sends the queries of a message to Prometheus, a few at once. If a few queries of a project are
 * not answered in time, its other queries are put off to the slow lane, so that they do not hold up
 * other projects. In the slow lane they are given up for this round.
 */
import pMap from 'p-map';
import type { QueryAnswer } from '../domain/alarms/round-outcome.ts';
import type { AskedQuery, RoundLane } from '../domain/alarms/round-plan.ts';

/** The answer, and whether none came in time. */
export type Asked = { readonly answer: QueryAnswer; readonly timedOut: boolean };

/** The projects whose queries were lately not answered in time, as this process has seen it. */
export type SlowProjects = {
  readonly isSlow: (lane: RoundLane, project_id: string) => boolean;
  /** Records a query that was not answered in time. */
  readonly note: (lane: RoundLane, project_id: string) => void;
};

/** What asking needs from outside. */
export type AskDeps = {
  /** Asks the query, limited to its scope, at the time. Never throws. */
  readonly ask: (query: AskedQuery, at: string) => Promise<Asked>;
  readonly slow: SlowProjects;
  /** Milliseconds since 1970. */
  readonly now: () => number;
};

/** The answers, by `askedKey`. */
export type Answers = {
  readonly answers: ReadonlyMap<string, QueryAnswer>;
  /** The keys of queries that were put off to the slow lane. */
  readonly postponed: ReadonlySet<string>;
  /** How many were asked. */
  readonly asked: number;
};

/** Queries of a message in flight. */
const inFlight = 10;
/**
 * Queries of a message that is older than this are not sent any more: the next rounds are under
 * way.
 */
const lateAfterMs = 120_000;

type Asking = {
  /** The queries, each once. */
  readonly queries: ReadonlyMap<string, AskedQuery>;
  readonly project_id: string;
  readonly lane: RoundLane;
  /** The time of the round. */
  readonly at: string;
};

/** Asks the queries. */
export async function askAll(
  deps: AskDeps,
  { queries, project_id, lane, at }: Asking,
): Promise<Answers> {
  const answers = new Map<string, QueryAnswer>();
  const postponed = new Set<string>();
  let asked = 0;
  const isLate = deps.now() > Date.parse(at) + lateAfterMs;
  await pMap(
    queries,
    async ([key, query]) => {
      if (isLate) {
        answers.set(key, { kind: 'failed', reason: 'it was not evaluated in time' });
      } else if (!deps.slow.isSlow(lane, project_id)) {
        asked += 1;
        const { answer, timedOut } = await deps.ask(query, at);
        answers.set(key, answer);
        if (timedOut) deps.slow.note(lane, project_id);
      } else if (lane === 'first') {
        postponed.add(key);
      } else {
        const reason = 'other queries of the project were not answered in time';
        answers.set(key, { kind: 'failed', reason });
      }
    },
    { concurrency: inFlight },
  );
  return { answers, postponed, asked };
}
