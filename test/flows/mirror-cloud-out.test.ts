/** The mirror of a cloud that does not answer, or fails at any request. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runJob } from '../../flows/mirror-cloud.ts';
import { type MirrorWorld, mirrorWorld } from './mirror-world.ts';

let mirror: MirrorWorld;
beforeEach(async () => {
  mirror = await mirrorWorld(['compute-1', 'compute-2']);
});
afterEach(() => mirror.cloud.stop());

/** The states of servers and ports in the rows. */
const rowsOf = ({ world, ports }: MirrorWorld) => ({
  servers: [...world.instances.values()].map(({ uuid, host, vm_state }) => ({
    uuid,
    host,
    vm_state,
  })),
  ports: [...ports.values()]
    .map((each) => [each.id, each['binding:host_id'], each.revision])
    .sort(),
});

describe('a cloud that is out', () => {
  test('is left alone for longer and longer, and the row says why', async () => {
    mirror.cloud.disturb({ path: /os-services/, times: 99, how: 'refuse', status: 503 });
    expect(await runJob(mirror.deps, 'services')).toBe('failed');
    expect(mirror.jobs.get('services')).toMatchObject({
      failures: 1,
      last_error: { message: expect.stringMatching(/503|disturbed/) },
    });
    expect(await runJob(mirror.deps, 'services')).toBe('busy');
    mirror.pass(0.2);
    expect(await runJob(mirror.deps, 'services')).toBe('failed');
    mirror.pass(0.2);
    expect(await runJob(mirror.deps, 'services')).toBe('busy');
    mirror.pass(0.2);
    mirror.cloud.calm();
    expect(await runJob(mirror.deps, 'services')).toBe('done');
    expect(mirror.jobs.get('services')).toMatchObject({ failures: 0, not_before: null });
  });

  test.each([
    ['refuses', 'refuse'],
    ['loses', 'lose'],
    ['answers without an answer', 'lose-answer'],
  ] as const)(
    'one request of a walk that it %s delays the walk, and changes nothing else',
    async (_, how) => {
      mirror.lists.fill(30, 1);
      const undisturbed = await mirrorWorld(['compute-1', 'compute-2']);
      undisturbed.lists.fill(30, 1);
      await undisturbed.run('walk');
      const requests = undisturbed.cloud.requests.filter(({ method }) => method === 'GET');
      await undisturbed.cloud.stop();
      for (const { path } of requests) {
        // Both attempts of the request.
        mirror.cloud.disturb({ path: new RegExp(`^${path}$`), times: 2, how, status: 500 });
        expect(await mirror.run('walk')).toBe('failed');
        mirror.pass(6);
      }
      expect(await mirror.run('walk')).toBe('done');
      expect(rowsOf(mirror)).toEqual(rowsOf(undisturbed));
    },
  );
});
