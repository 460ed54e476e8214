/**
 * The requests that a page sends by itself, on a simulated clock: how many it sends, and how soon
 * it shows a change.
 */
import { expect, test } from 'vitest';
import type { FeedAnswer } from '../../console/src/live/feed-plan.ts';
import { type FeedRequest, follow } from '../../console/src/live/follow.ts';
import { type Load, makeLoads } from '../../console/src/live/loads.ts';

/** A simulated clock that advances only when all other work waits. */
function makeClock() {
  let ms = 0;
  const sleepers: { at: number; wake: () => void }[] = [];
  const turn = () => new Promise<void>((done) => setImmediate(done));
  return {
    now: () => ms,
    sleep: (for_: number) =>
      new Promise<void>((wake) => {
        sleepers.push({ at: ms + for_, wake });
      }),
    runUntil: async (end: number) => {
      for (await turn(); ; await turn()) {
        sleepers.sort((a, b) => a.at - b.at);
        const [next] = sleepers;
        if (!next || next.at > end) return;
        sleepers.shift();
        ms = next.at;
        next.wake();
      }
    },
  };
}

const path = '/compute/v2.1/servers/detail';

/**
 * A feed with changes at the given times. The server looks for changes each half second, and
 * answers after 150 ms.
 */
function makeFeed(clock: ReturnType<typeof makeClock>, changes: readonly number[]) {
  const requests: { at: number; reads: FeedRequest['reads'] }[] = [];
  const ask = async ({ since, wait, reads }: FeedRequest): Promise<FeedAnswer> => {
    requests.push({ at: clock.now(), reads });
    const from = Number(since ?? clock.now());
    const changed = () => changes.some((at) => at > from && at <= clock.now());
    const held = reads.some(({ now }) => now) || since === undefined ? 0 : wait * 1_000;
    for (let waited = 0; waited < held && !changed(); waited += 500) await clock.sleep(500);
    const seen = clock.now();
    const due = reads.flatMap(({ now }, read) => (now || changed() ? [read] : []));
    const found = changed() && since !== undefined;
    await clock.sleep(150);
    return {
      ...{ cursor: String(seen), reset: since === undefined, held: true, reload: [] },
      changes: found ? { servers: ['s'] } : {},
      answers: due.map((read) => ({ read, id: null, status: 200, body: { read_at: seen } })),
    };
  };
  return { ask, requests };
}

/** A view that shows the last data that it read, and the time at which it showed each change. */
function makeView(clock: ReturnType<typeof makeClock>, changes: readonly number[]) {
  const seen = new Map<number, number>();
  const load: Load = {
    ...{ kinds: ['servers'], reads: [{ path }], due: false, busy: false },
    run: async (source) => {
      const answered = await source({ path });
      const { read_at = 0 }: { read_at?: number } = JSON.parse(answered?.text ?? '{}');
      for (const at of changes) if (at <= read_at && !seen.has(at)) seen.set(at, clock.now());
    },
  };
  return { load, waits: () => changes.map((at) => (seen.get(at) ?? Infinity) - at) };
}

async function watched(changes: readonly number[], forMs: number) {
  const clock = makeClock();
  const loads = makeLoads();
  const { ask, requests } = makeFeed(clock, changes);
  const { load, waits } = makeView(clock, changes);
  loads.show(load);
  let ended = false;
  const following = follow({
    ...{ ask, loads, show: () => {}, visible: async () => {}, sleep: clock.sleep, now: clock.now },
    ended: () => ended,
  });
  await clock.runUntil(forMs);
  ended = true;
  await clock.runUntil(forMs + 10_000);
  await following;
  const starts = requests.map(({ at }) => at).slice(1);
  const most = Math.max(
    ...starts.map((start) => starts.filter((at) => at >= start && at < start + 5_000).length),
  );
  return { most, waits: waits(), starts };
}

const every = (ms: number, end: number) =>
  Array.from({ length: Math.floor((end - 3_000) / ms) }, (_, n) => 3_000 + n * ms + 7);

test.each([
  ['nothing changes', []],
  ['one thing changes', [7_000]],
  ['a thing changes each 100 ms', every(100, 50_000)],
  ['a thing changes each second', every(1_000, 50_000)],
  ['a thing changes just after each answer', every(2_501, 50_000)],
  ['a thing changes each four seconds', every(4_000, 50_000)],
])('%s: two requests leave in five seconds at most', async (_, changes) => {
  const { most, starts } = await watched(changes, 60_000);
  expect(most).toBeLessThanOrEqual(2);
  expect(starts.length).toBeGreaterThan(10);
});

test('a change after a quiet time is shown within a second', async () => {
  const at = [7_000, 13_120, 20_250, 31_490];
  for (const wait of (await watched(at, 60_000)).waits) expect(wait).toBeLessThan(1_000);
});

test('in a storm that does not end, a change waits for the next request at most', async () => {
  const { waits } = await watched(every(100, 50_000), 60_000);
  // 2.5 s between two requests and 150 ms for the answer.
  expect(Math.max(...waits)).toBeLessThanOrEqual(2_500 + 2 * 150);
  const within = waits.filter((wait) => wait <= 2_000).length / waits.length;
  expect(within).toBeGreaterThan(0.7);
});

test('further reads that a view needs are part of the next request, not separate ones', async () => {
  const loads = makeLoads();
  const read: string[] = [];
  const load: Load = {
    ...{ kinds: ['servers'], reads: [{ path }], due: true, busy: false },
    run: async (source) => {
      for (const each of [path, `${path}?marker=b`]) {
        read.push((await source({ path: each }))?.text ?? '');
      }
    },
  };
  loads.show(load);
  const first = loads.next();
  expect(first.reads).toMatchObject([{ path, now: true }]);
  const turn = () => new Promise<void>((done) => setImmediate(done));
  const quiet = { kinds: new Set<string>(), everything: false };
  loads.take(first, { answers: [{ read: 0, id: null, status: 200, body: 'one' }] }, quiet);
  await turn();
  const second = loads.next();
  expect(second.reads[0]).toMatchObject({ path: `${path}?marker=b`, now: true });
  loads.take(second, { answers: [{ read: 0, id: null, status: 200, body: 'two' }] }, quiet);
  await turn();
  expect(read).toEqual(['"one"', '"two"']);
});

test('a read that failed is made again, and single things are put in place of a list', () => {
  const loads = makeLoads();
  const put: string[] = [];
  const load: Load = {
    ...{ kinds: ['hosts'], reads: [{ path }], due: false, busy: false, run: () => put.push('all') },
    each: { kind: 'hosts', path: '/doctor/v1/hosts/{id}' },
    patch: (things) => put.push(...things.keys()),
  };
  loads.show(load);
  const hosts = { kinds: new Set(['hosts']), everything: false };
  const sent = loads.next();
  const one = { read: 0, id: 'h-1', status: 200, body: {} };
  loads.take(sent, { answers: [one] }, hosts);
  expect([put, load.due]).toEqual([['h-1'], false]);
  loads.take(sent, { answers: [{ ...one, status: 503 }] }, hosts);
  expect([put, load.due]).toEqual([['h-1'], true]);
  expect(loads.next().reads).toMatchObject([{ now: true }]);
});

test('more reads than the API allows in one request are read in turns, due ones first', () => {
  const loads = makeLoads();
  const many = Array.from(
    { length: 30 },
    (_, n): Load => ({
      ...{ kinds: ['servers'], reads: [{ path: `${path}?limit=${n}` }], due: n > 20, busy: false },
      run: () => {},
    }),
  );
  for (const load of many) loads.show(load);
  const sent = loads.next();
  expect(sent.reads).toHaveLength(24);
  expect(sent.reads.filter(({ now }) => now)).toHaveLength(9);
  loads.take(sent, { answers: [] }, { kinds: new Set(['servers']), everything: false });
  expect(many.every(({ due }) => due)).toBe(true);
});
