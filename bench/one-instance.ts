import { setTimeout as sleep } from 'node:timers/promises';
import { type Bed, taken } from './bed.ts';
import { type Figure, spread } from './figures.ts';
import type { Fleet } from './fleet.ts';

/** The number of hosts that are reported, one after the other, before all are restored. */
const hosts = 20;
/** A round ends within 5 s, before its safe copies arrive and keep the evaluator busy. */
const roundMs = 4_000;
const patienceMs = 10_000;

/** Time from just before the report is sent to the arrival of the notification, in ms. */
async function timed({ queues, subscriber }: Bed, fleet: Fleet): Promise<number> {
  await queues.evaluatorIdle();
  await sleep(20); // waits until the last calls of the evaluator and of the bench are answered
  const reported = Date.now();
  await fleet.reportDown();
  const [notification] = await subscriber.receive(1, patienceMs);
  if (!notification) throw new Error(`no notification of ${fleet.host} within ${patienceMs} ms`);
  return notification.sentAt - reported;
}

/**
 * Measures hosts with one instance and one alarm that are reported down: one at a time, `runs`
 * times.
 */
export const oneInstance = (bed: Bed, runs: number): Promise<Figure[]> =>
  oneAtATime(bed, { runs, scenario: 'one instance', fleetOf: bed.fleetOf });

/** Measures ports with one alarm whose data plane is reported down: one at a time, `runs` times. */
export const onePort = (bed: Bed, runs: number): Promise<Figure[]> =>
  oneAtATime(bed, { runs, scenario: 'one port', fleetOf: bed.portsOf });

type Play = {
  readonly runs: number;
  readonly scenario: string;
  readonly fleetOf: (size: number) => Promise<Fleet>;
};

async function oneAtATime(bed: Bed, { scenario, ...play }: Play): Promise<Figure[]> {
  const times = await timesOf(bed, play);
  await bed.queues.allQuiet();
  const repeated = await taken(bed);
  return [
    ...spread(scenario, 'report to notification', times, { p50: 35, p99: 90 }),
    { scenario, figure: 'repeated', value: repeated.length, unit: 'count', target: 0 },
  ];
}

/** The times of fleets that are reported one at a time, from the report to the notification, in ms. */
export async function timesOf(
  bed: Bed,
  { runs, fleetOf }: Omit<Play, 'scenario'>,
): Promise<number[]> {
  const fleets = await Promise.all(Array.from({ length: hosts }, () => fleetOf(1)));
  const warmUp = 10;
  const times: number[] = [];
  while (times.length < runs + warmUp) {
    await bed.queues.allQuiet();
    const started = Date.now();
    const down: Fleet[] = [];
    for (const fleet of fleets.slice(0, runs + warmUp - times.length)) {
      if (Date.now() - started > roundMs) break;
      down.push(fleet);
      times.push(await timed(bed, fleet));
    }
    await Promise.all(down.map(({ restore }) => restore()));
    process.stdout.write(`\r  ${Math.max(0, times.length - warmUp)} of ${runs} runs`);
  }
  process.stdout.write('\n');
  return times.slice(warmUp);
}
