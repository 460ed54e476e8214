/**
 * How the allowed number of requests in flight is shared, and that all shares together are the
 * limit.
 */
import { expect, test } from 'vitest';
import { callShares, cloudProcesses, leastInFlight } from '../../../domain/cloud/call-shares.ts';
import { cloudJobNames } from '../../../domain/mirror/cloud-job.ts';
import { cloudSettings } from '../../../infra/cloud-settings.ts';
import { cloudConcurrency, mirrorConcurrency } from '../../../infra/messaging.ts';

const { cloudCallsInFlight: schema } = cloudSettings;

/** The requests in flight when as many processes as possible run. */
function allTogether(limit: number): number {
  const { returned, applying } = callShares(limit);
  const mirror = mirrorConcurrency - 1 + returned;
  const [tasks, moves] = [cloudConcurrency * applying, cloudConcurrency];
  return mirror + tasks + moves;
}

test.each([8, 9, 10, 14, 15, 64])(
  'of a limit of %d no share is 0, and all are within it',
  (limit) => {
    const { returned, applying } = callShares(limit);
    expect(Math.min(returned, applying)).toBeGreaterThanOrEqual(1);
    expect(allTogether(limit)).toBe(limit);
  },
);

test('the default gives each kind of work as much as it can use', () => {
  expect(callShares(schema.parse(undefined))).toEqual({ returned: 1, applying: 4 });
});

test('the least that the setting takes is one for each process', () => {
  expect(leastInFlight).toBe(mirrorConcurrency + 2 * cloudConcurrency);
  expect(schema.safeParse(leastInFlight).success).toBe(true);
  expect(schema.safeParse(leastInFlight - 1).success).toBe(false);
});

test('the processes are those that the queues start', () => {
  expect([mirrorConcurrency, cloudConcurrency]).toEqual([cloudJobNames.length, cloudProcesses]);
});
