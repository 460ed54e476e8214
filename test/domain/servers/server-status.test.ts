import { expect, test } from 'vitest';
import { vmStates } from '../../../domain/servers/instance.ts';
import { serverStatus } from '../../../domain/servers/server-status.ts';

const rebuilds = ['rebuilding', 'rebuild_block_device_mapping', 'rebuild_spawning'];
const resizes = ['resize_prep', 'resize_migrating', 'resize_migrated', 'resize_finish'];

/** The table of docs/wire/compute.md#status-of-a-server. */
const defaults = {
  active: 'ACTIVE',
  building: 'BUILD',
  paused: 'PAUSED',
  suspended: 'SUSPENDED',
  stopped: 'SHUTOFF',
  rescued: 'RESCUE',
  resized: 'VERIFY_RESIZE',
  'soft-delete': 'SOFT_DELETED',
  deleted: 'DELETED',
  error: 'ERROR',
  shelved: 'SHELVED',
  shelved_offloaded: 'SHELVED_OFFLOADED',
};

test.each(vmStates)(
  '%s without a task, or with a task that does not change its status',
  (vm_state) => {
    for (const task_state of [null, 'image_snapshot', 'constructor', 'deleting']) {
      expect(serverStatus({ vm_state, task_state })).toBe(defaults[vm_state]);
    }
  },
);

test.each([
  ...['rebooting', 'reboot_pending', 'reboot_started'].flatMap((task) => [
    ['active', task, 'REBOOT'] as const,
    ['active', `${task}_hard`, 'HARD_REBOOT'] as const,
  ]),
  ['active', 'updating_password', 'PASSWORD'] as const,
  ['active', 'migrating', 'MIGRATING'] as const,
  ['paused', 'migrating', 'MIGRATING'] as const,
  ['resized', 'resize_reverting', 'REVERT_RESIZE'] as const,
  ...rebuilds.flatMap((task) => [
    ['active', task, 'REBUILD'] as const,
    ['stopped', task, 'REBUILD'] as const,
    ['error', task, 'REBUILD'] as const,
    ['paused', task, 'PAUSED'] as const,
  ]),
  ...resizes.flatMap((task) => [
    ['active', task, 'RESIZE'] as const,
    ['stopped', task, 'RESIZE'] as const,
    ['error', task, 'ERROR'] as const,
  ]),
  ['stopped', 'rebooting', 'SHUTOFF'] as const,
  ['building', 'spawning', 'BUILD'] as const,
])('%s with task %s is %s', (vm_state, task_state, status) => {
  expect(serverStatus({ vm_state, task_state })).toBe(status);
});
