import { setTimeout as sleep } from 'node:timers/promises';
import { type Bed, taken } from './bed.ts';
import { type Figure, percentile } from './figures.ts';
import type { Fleet } from './fleet.ts';

/** The result of one report of a host; times in ms since just before it was sent. */
type Outcome = {
  readonly answer: number;
  readonly first: number;
  readonly last: number;
  readonly lost: number;
  readonly repeated: number;
};

/** Safe copies arrive after 5 s. After this time, repeated notifications would have arrived too. */
const safeLaneMs = 7_000;
const patienceMs = 60_000;

async function play(bed: Bed, fleet: Fleet): Promise<Outcome> {
  await bed.queues.allQuiet();
  const reported = Date.now();
  await fleet.reportDown();
  const answer = Date.now() - reported;
  // Counts without receiving: receiving a message costs the emulator more than publishing it.
  await bed.arrived(fleet.size, patienceMs);
  await sleep(safeLaneMs);
  await bed.queues.allQuiet();
  const received = await taken(bed);
  const ids = new Set(received.map(({ body }) => String(body.notification_id)));
  const times = received.map(({ sentAt }) => sentAt - reported);
  return {
    answer,
    first: percentile(times, 0),
    last: percentile(times, 1),
    lost: fleet.size - ids.size,
    repeated: received.length - ids.size,
  };
}

/** Restores a fleet by a request for each instance and each alarm, and prints how long that took. */
async function restored(fleet: Fleet): Promise<void> {
  const began = Date.now();
  await fleet.restore();
  console.log(`  restored in ${Math.round((Date.now() - began) / 1_000)} s`);
}

type Host = {
  readonly instances: number;
  /** Makes the host; by default one with instances. */
  readonly fleetOf?: (size: number) => Promise<Fleet>;
  readonly of?: string;
  readonly runs: number;
  /** The target for the last notification, in ms. */
  readonly lastMs: number;
};

/**
 * Measures a host with many instances, each with its own alarm, that is reported down: `runs`
 * times, after one report to warm up.
 */
export async function wholeHost(
  bed: Bed,
  { instances, runs, lastMs, fleetOf = bed.fleetOf, of: kind = 'instances' }: Host,
): Promise<Figure[]> {
  const fleet = await fleetOf(instances);
  const outcomes: Outcome[] = [];
  for (let run = 0; run <= runs; run++) {
    const outcome = await play(bed, fleet);
    console.log(`  ${run === 0 ? 'warm-up' : `run ${run}`}: ${JSON.stringify(outcome)}`);
    if (run > 0) outcomes.push(outcome);
    if (run < runs) await restored(fleet);
  }
  await bed.queues.allQuiet();
  const scenario = `${instances} ${kind}`;
  const of = (name: keyof Outcome) => outcomes.map((outcome) => outcome[name]);
  const sum = (name: keyof Outcome) => of(name).reduce((total, value) => total + value, 0);
  const time = (name: 'answer' | 'first' | 'last', rank: 'p50' | 'max'): Figure => ({
    scenario,
    figure: `${name === 'answer' ? 'API answer' : `${name} notification`} ${rank}`,
    value: percentile(of(name), rank === 'max' ? 1 : 0.5),
    unit: 'ms',
    ...(name === 'last' && { target: lastMs }),
  });
  return [
    ...[time('answer', 'p50'), time('answer', 'max')],
    ...[time('first', 'p50'), time('first', 'max')],
    ...[time('last', 'p50'), time('last', 'max')],
    { scenario, figure: 'lost', value: sum('lost'), unit: 'count', target: 0 },
    { scenario, figure: 'repeated', value: sum('repeated'), unit: 'count', target: 0 },
  ];
}
