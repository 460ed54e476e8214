import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { inParallel } from '../adapters/in-parallel.ts';
import { type Bed, taken } from './bed.ts';
import { type Figure, spread } from './figures.ts';

/** The state to which the n-th instance is reset: half of them to each state. */
const stateOf = (n: number): 'active' | 'error' => (n % 2 === 0 ? 'error' : 'active');

/**
 * The expected end state of an instance, by the state of its reset. The order of reset and fault
 * does not matter.
 */
const leftBy = {
  active: { vm_state: 'stopped', power_state: 4, before: 'active' },
  error: { vm_state: 'error', power_state: undefined, before: undefined },
} as const;

/** An instance's row, as the feed that registered it sees it; `revision` was 1 when it was created. */
export const ResetRow = z.object({
  revision: z.int(),
  vm_state: z.string(),
  power_state: z.int(),
  task_state: z.string().nullable(),
  pre_fault: z.object({ vm_state: z.string() }).nullable(),
});
export type ResetRow = z.infer<typeof ResetRow>;

/** True if the n-th instance has the end state that the fault and its reset lead to. */
export function isRight(n: number, row: ResetRow): boolean {
  const { vm_state, power_state, before } = leftBy[stateOf(n)];
  return (
    row.vm_state === vm_state &&
    row.task_state === null &&
    (power_state === undefined || row.power_state === power_state) &&
    row.pre_fault?.vm_state === before
  );
}

type Verbs = {
  /** Resets an instance's state; the status of the answer. */
  readonly reset: (uuid: string, state: 'active' | 'error') => Promise<number>;
  readonly reportDown: () => Promise<unknown>;
};

/** Resets in flight: as many as a script sends that goes through the instances of a host. */
const width = 4;

/**
 * Resets every instance once, and reports their host down when a quarter of them are reset.
 * @returns the statuses of the resets, and how long each took, in ms.
 */
export async function resetDuringFault(
  uuids: readonly string[],
  { reset, reportDown }: Verbs,
): Promise<{ statuses: number[]; times: number[] }> {
  const quarter = Math.floor(uuids.length / 4);
  const statuses: number[] = [];
  const times: number[] = [];
  let report: Promise<unknown> | undefined;
  await inParallel([...uuids.entries()], width, async ([n, uuid]) => {
    if (n >= quarter) report ??= reportDown();
    const asked = Date.now();
    statuses.push(await reset(uuid, stateOf(n)));
    times.push(Date.now() - asked);
  });
  await report;
  return { statuses, times };
}

/** How many changes of the rows had no notification, and how many had two. */
export function notifiedOf(
  rows: readonly ResetRow[],
  notifications: readonly Readonly<Record<string, unknown>>[],
): { lost: number; repeated: number } {
  const changes = rows.reduce((sum, { revision }) => sum + revision - 1, 0);
  const ids = new Set(notifications.map(({ notification_id }) => notification_id));
  return { lost: changes - ids.size, repeated: notifications.length - ids.size };
}

/** An alarm that every change of an instance fires. */
export const watchOf = (uuid: string) => ({
  name: `${uuid} changes`,
  type: 'event',
  repeat_actions: true,
  event_rule: {
    event_type: 'compute.instance.update',
    query: [{ field: 'traits.instance_id', op: 'eq', type: 'string', value: uuid }],
  },
});

/** Safe copies arrive after 5 s. After this time, repeated notifications would have arrived too. */
const safeLaneMs = 7_000;
const patienceMs = 60_000;

/** Measures `os-resetState` of each instance, four in flight, while their host is reported down. */
export async function resets(
  bed: Bed,
  { instances, runs }: { readonly instances: number; readonly runs: number },
): Promise<Figure[]> {
  const times: number[] = [];
  const sums = { refused: 0, 'left wrong': 0, lost: 0, repeated: 0 };
  for (let run = 1; run <= runs; run++) {
    const fleet = await bed.fleetOf(instances, watchOf);
    await bed.queues.allQuiet();
    await taken(bed);
    const done = await resetDuringFault(fleet.uuids, {
      reportDown: fleet.reportDown,
      reset: async (uuid, state) => {
        const body = { 'os-resetState': { state } };
        return (await bed.admin.call('POST', `/compute/v2.1/servers/${uuid}/action`, { body }))
          .status;
      },
    });
    const rows = await inParallel(fleet.uuids, width, async (uuid) => {
      const { body } = await bed.admin.expect('GET', `/doctor/v1/servers/${uuid}`);
      return z.object({ server: ResetRow }).parse(body).server;
    });
    const changes = rows.reduce((sum, { revision }) => sum + revision - 1, 0);
    await bed.arrived(changes, patienceMs);
    await sleep(safeLaneMs);
    await bed.queues.allQuiet();
    const notified = notifiedOf(
      rows,
      (await taken(bed)).map(({ body }) => body),
    );
    times.push(...done.times);
    sums.refused += done.statuses.filter((status) => status !== 202).length;
    sums['left wrong'] += rows.filter((row, n) => !isRight(n, row)).length;
    sums.lost += notified.lost;
    sums.repeated += notified.repeated;
    console.log(`  run ${run}: ${changes} changes, ${JSON.stringify(sums)}`);
  }
  const scenario = `${instances} resets during a fault`;
  return [
    ...spread(scenario, 'API answer', times),
    ...Object.entries(sums).map(
      ([figure, value]): Figure => ({ scenario, figure, value, unit: 'count', target: 0 }),
    ),
  ];
}
