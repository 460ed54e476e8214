/** When a move that Nova carries out is read again, and when it has taken too long. */
import { expect, test } from 'vitest';
import { type MoveClaim, type MoveView, nextStep } from '../../../domain/cloud/move-step.ts';
import { evacuationWith, minute } from '../../domain/rows.ts';

const claim: MoveClaim = {
  ...{ after: 0, at: minute(20), asks: 1, refused: false, progress: 'requested' },
};
const after = (seconds: number): string =>
  new Date(Date.parse(minute(20)) + seconds * 1000).toISOString();
const view = (given: Partial<MoveView>): MoveView => ({
  evacuation: evacuationWith({ executor: 'openstack', dest: null }),
  server: { host: 'compute-1', vm_state: 'active', task_state: 'rebuilding', fault: null },
  records: [{ id: 1, status: 'pre-migrating', dest: 'compute-3' }],
  claim,
  now: after(1),
  ...given,
});

test.each([
  [1, 2],
  [9, 3],
  [24, 8],
  [600, 10],
])('a move that is %d seconds old is read again after %d more', (age, seconds) => {
  const progress = 'pre-migrating to compute-3';
  expect(nextStep(view({ now: after(age) }))).toEqual({ kind: 'wait', seconds, progress });
});

test('a move has failed after two hours', () => {
  expect(nextStep(view({ now: after(7_201) }))).toEqual({
    kind: 'failed',
    reason: 'Nova shows the evacuation as pre-migrating after two hours.',
  });
});

test('a request that Nova refuses for a day has failed, with the last reason', () => {
  const refused = { ...claim, refused: true, progress: 'still in use' };
  const server = { host: 'compute-1', vm_state: 'active', task_state: null, fault: null };
  const late = view({ records: [], claim: refused, server, now: after(90_000) });
  expect(nextStep(late)).toMatchObject({
    kind: 'failed',
    reason: expect.stringContaining('still in use'),
  });
});

test('a server that Nova has moved, and that is still at work there, is waited for', () => {
  const server = {
    host: 'compute-3',
    vm_state: 'active',
    task_state: 'rebuild_spawning',
    fault: null,
  };
  const records = [{ id: 1, status: 'done', dest: 'compute-3' }];
  expect(nextStep(view({ server, records })).kind).toBe('wait');
  expect(nextStep(view({ server, records: [], claim: undefined })).kind).toBe('wait');
});

test('a server in error at its target has failed, with the reason of Nova', () => {
  const server = { host: 'compute-3', vm_state: 'error', task_state: null, fault: 'no disk' };
  const records = [{ id: 1, status: 'done', dest: 'compute-3' }];
  expect(nextStep(view({ server, records }))).toEqual({ kind: 'failed', reason: 'no disk' });
});

test('a server that was stopped in Nova arrives stopped', () => {
  const server = { host: 'compute-3', vm_state: 'stopped', task_state: null, fault: null };
  const records = [{ id: 1, status: 'completed', dest: 'compute-3' }];
  expect(nextStep(view({ server, records }))).toMatchObject({ kind: 'done', original: 'stopped' });
});
