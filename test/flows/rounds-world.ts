import { expect } from 'vitest';
import type { OutboxRow } from '../../domain/alarms/outbox-row.ts';
import type { PeriodicAlarm } from '../../domain/alarms/periodic-alarm.ts';
import { type PeriodicKeys, periodicKeysOf } from '../../domain/alarms/periodic-index.ts';
import type { ProjectRound } from '../../domain/alarms/project-round.ts';
import { roundAt } from '../../domain/alarms/round.ts';
import type { QueryAnswer } from '../../domain/alarms/round-outcome.ts';
import type { AskedQuery, RoundMessage } from '../../domain/alarms/round-plan.ts';
import type { Silence } from '../../domain/alarms/silence.ts';
import { slices } from '../../domain/slices.ts';
import { momentOf } from '../../domain/time.ts';
import { evaluateRound, type RoundDeps } from '../../flows/evaluate-round.ts';
import { planRound } from '../../flows/plan-round.ts';
import { slowProjects } from '../../functions/periodic-evaluator/slow-projects.ts';
import { prometheusAlarm, values } from '../domain/alarms/periodic-alarms.ts';
import { id } from '../domain/rows.ts';

/** The round of the tests. */
export const minute = roundAt(Date.parse('2026-01-01T00:05:00.000Z'));

/** The index and the tables in memory; `answers` says what Prometheus answers for a time. */
export function world(
  given: readonly PeriodicAlarm[],
  answers: (query: AskedQuery, at: string) => QueryAnswer | 'hangs',
) {
  const rows = new Map(given.map((alarm) => [alarm.alarm_id, alarm]));
  const history = new Map<string, OutboxRow>();
  const queue: RoundMessage[] = [];
  const published: string[] = [];
  const asked: AskedQuery[] = [];
  const newest = new Map<string, ProjectRound & { written_at: string }>();
  const silences = new Map<string, Silence>();
  const seen = { reads: 0, counts: 0, inFlight: 0, mostInFlight: 0 };
  const clock = { now: Date.parse(minute.at) + 1_000 };
  // Digests take long, so the keys of each alarm are computed once.
  const known = new Map<string, PeriodicKeys>();
  const keysOf = (alarm: PeriodicAlarm): PeriodicKeys => {
    const keys = known.get(alarm.alarm_id) ?? periodicKeysOf(alarm);
    known.set(alarm.alarm_id, keys);
    return keys;
  };
  const inPlace = (slot: string, prefix = '') =>
    [...rows.values()]
      .filter(({ enabled }) => enabled)
      .map((alarm) => ({ alarm, ...keysOf(alarm) }))
      .filter((row) => row.periodic_slot === slot && row.periodic_place.startsWith(prefix))
      .sort((a, b) => (a.periodic_place < b.periodic_place ? -1 : 1))
      .map(({ alarm }) => alarm);
  async function* pages(slot: string, prefix?: string) {
    yield* slices(inPlace(slot, prefix), 700);
  }
  const deps: RoundDeps = {
    members: ({ slot, prefix }) => pages(slot, prefix),
    partStates: async (ids) =>
      new Map(
        ids.flatMap((each) => {
          const alarm = rows.get(each);
          return alarm ? [[each, alarm.state]] : [];
        }),
      ),
    periodicAlarms: async (ids) => {
      seen.reads += ids.length;
      return ids.flatMap((each) => rows.get(each) ?? []);
    },
    beginRound: async (project_id, round) => {
      const known = newest.get(project_id);
      if (known && known.round >= round) return known;
      const written_at = known?.written_at ?? '';
      const begun = { round, written_at, written_before: written_at };
      newest.set(project_id, begun);
      return begun;
    },
    writeRounds: async (writes, { project_id, round, now }) => {
      const begun = newest.get(project_id);
      if (begun?.round !== round) return writes.map(() => 'round over');
      newest.set(project_id, { ...begun, written_at: now });
      return writes.map(({ from, to, row }) => {
        if (rows.get(from.alarm_id)?.revision !== from.revision) return 'alarm changed';
        if (row && history.has(row.event_id)) return 'fired before';
        rows.set(to.alarm_id, to);
        if (row) history.set(row.event_id, row);
        return 'written';
      });
    },
    sendRounds: async (messages) => {
      queue.push(...messages);
    },
    ask: async (query, at) => {
      asked.push(query);
      seen.inFlight += 1;
      seen.mostInFlight = Math.max(seen.mostInFlight, seen.inFlight);
      await new Promise((done) => setImmediate(done));
      seen.inFlight -= 1;
      const answer = answers(query, at);
      return answer === 'hangs'
        ? { answer: { kind: 'failed', reason: 'no answer within 5 s' }, timedOut: true }
        : { answer, timedOut: false };
    },
    slow: slowProjects(() => clock.now),
    now: () => clock.now,
    interrupted: (what, why) => {
      throw new Error(`${what}: ${String(why)}`);
    },
    sendWebhooks: async () => undefined,
    sendGroups: async () => expect.unreachable(),
    publish: async (outbox) => {
      published.push(...outbox.map(({ event_id }) => event_id));
      return outbox;
    },
    markDelivered: async () => undefined,
    alarmCounts: async (projects) => {
      seen.counts += 1;
      const its = [...silences.keys()];
      return new Map(
        projects.map((each) => [
          each,
          { all: 0, wide: 0, ...(its.length > 0 && { silences: its }) },
        ]),
      );
    },
    silences: async (ids) => ids.flatMap((each) => silences.get(each) ?? []),
    noteChanges: async () => undefined,
    countSent: async () => undefined,
  };
  /** Plans a round, a second after it began or later. */
  const plan = ({ round, at } = minute) => {
    clock.now = Math.max(clock.now, Date.parse(at) + 1_000);
    const planning = { plannedAlarms: (slot: string) => pages(slot), sendRounds: deps.sendRounds };
    return planRound(planning, { round, planned_at: momentOf(clock.now) });
  };
  /** Evaluates all messages, those of the first lane first. */
  const drain = async () => {
    const counts = [];
    for (const lane of ['first', 'slow'] as const) {
      for (const message of queue.splice(0)) {
        if (message.lane === lane) counts.push(await evaluateRound(deps, message));
        else queue.push(message);
      }
    }
    return counts;
  };
  const round = async (at = minute) => {
    await plan(at);
    return drain();
  };
  return {
    rows,
    history,
    queue,
    published,
    silences,
    asked,
    seen,
    clock,
    deps,
    plan,
    drain,
    round,
  };
}

/** The alarms of a test; `of` gives the project and the query of each. */
export const alarmsOf = (count: number, of: (n: number) => { project: string; query: string }) =>
  Array.from({ length: count }, (_, n) => {
    const { project, query } = of(n);
    return prometheusAlarm(
      { alarm_id: id(n + 1), project_id: project, scope: project, state: 'ok', last_round: 1 },
      { query },
    );
  });

/** The answer at which no alarm of `alarmsOf` fires, and the answer at which all fire. */
export const calm = values(1);
export const raised = values(0);
/** The n-th round after `minute`. */
export const next = (n: number) => roundAt(Date.parse(minute.at) + n * 60_000);
