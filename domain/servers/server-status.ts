/** Nova's `status` of a server. Source: nova `api/openstack/common.py`, `_STATE_MAP`. */
import { type Instance, type VmState, vmStates } from './instance.ts';

const each = (status: string, ...tasks: readonly string[]): Record<string, string> =>
  Object.fromEntries(tasks.map((task) => [task, status]));

const rebuild = each('REBUILD', 'rebuilding', 'rebuild_block_device_mapping', 'rebuild_spawning');
const resize = each(
  'RESIZE',
  'resize_prep',
  'resize_migrating',
  'resize_migrated',
  'resize_finish',
);

type Meaning = { readonly otherwise: string; readonly byTask?: Readonly<Record<string, string>> };

const meanings: Record<VmState, Meaning> = {
  active: {
    otherwise: 'ACTIVE',
    byTask: {
      ...each('REBOOT', 'rebooting', 'reboot_pending', 'reboot_started'),
      ...each('HARD_REBOOT', 'rebooting_hard', 'reboot_pending_hard', 'reboot_started_hard'),
      ...each('PASSWORD', 'updating_password'),
      ...each('MIGRATING', 'migrating'),
      ...rebuild,
      ...resize,
    },
  },
  building: { otherwise: 'BUILD' },
  stopped: { otherwise: 'SHUTOFF', byTask: { ...rebuild, ...resize } },
  error: { otherwise: 'ERROR', byTask: rebuild },
  resized: { otherwise: 'VERIFY_RESIZE', byTask: each('REVERT_RESIZE', 'resize_reverting') },
  paused: { otherwise: 'PAUSED', byTask: each('MIGRATING', 'migrating') },
  suspended: { otherwise: 'SUSPENDED' },
  rescued: { otherwise: 'RESCUE' },
  deleted: { otherwise: 'DELETED' },
  'soft-delete': { otherwise: 'SOFT_DELETED' },
  shelved: { otherwise: 'SHELVED' },
  shelved_offloaded: { otherwise: 'SHELVED_OFFLOADED' },
};

/**
 * The `vm_state`s that a server with one of these statuses can have; empty if no text is a valid
 * server status.
 */
export const vmStatesOf = (statuses: readonly string[]): VmState[] =>
  vmStates.filter((vm_state) => {
    const { otherwise, byTask = {} } = meanings[vm_state];
    return [otherwise, ...Object.values(byTask)].some((status) => statuses.includes(status));
  });

/**
 * The status of a server. A task that Nova's table does not list does not change the state's
 * status.
 */
export function serverStatus({
  vm_state,
  task_state,
}: Pick<Instance, 'vm_state' | 'task_state'>): string {
  const { otherwise, byTask = {} } = meanings[vm_state];
  const named = task_state !== null && Object.hasOwn(byTask, task_state);
  return (named && byTask[task_state]) || otherwise;
}
