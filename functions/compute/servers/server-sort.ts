/** The order of server lists. Source: nova `api/openstack/compute/schemas/servers.py`. */
import type { Instance } from '../../../domain/servers/instance.ts';
import { type SortKey, sortedBy } from '../../../domain/sort.ts';

/** By creation, as in the indexes (`oldestFirst`); or by `compare`, if it is there. */
export type ServerOrder = {
  readonly oldestFirst: boolean;
  readonly compare?: (a: Instance, b: Instance) => number;
};

/** The order of the indexes, newest first: the default. */
export const newestFirst: ServerOrder = { oldestFirst: false };

type Column = SortKey<Instance>['of'];

const unknown: Column = () => null;

/**
 * Nova's sort keys with the field of each. A field that Doctor does not know is the same for all
 * servers.
 */
const columns: Readonly<Record<string, Column>> = {
  access_ip_v4: ({ owned }) => owned.access_ip_v4,
  access_ip_v6: ({ owned }) => owned.access_ip_v6,
  auto_disk_config: ({ owned }) => owned.disk_config,
  availability_zone: ({ availability_zone }) => availability_zone,
  config_drive: unknown,
  created_at: ({ created_at }) => created_at,
  display_description: ({ owned }) => owned.description,
  display_name: ({ name }) => name,
  host: ({ host }) => host,
  hostname: ({ owned, name }) => owned.hostname ?? name,
  image_ref: ({ image_id }) => image_id,
  instance_type_id: ({ flavor }) => flavor.id,
  kernel_id: unknown,
  key_name: unknown,
  launch_index: unknown,
  launched_at: ({ launched_at }) => launched_at,
  locked: ({ lock }) => (lock === null ? 0 : 1),
  locked_by: ({ lock }) => lock?.by ?? null,
  node: ({ host }) => host,
  power_state: ({ power_state }) => power_state,
  progress: unknown,
  project_id: ({ project_id }) => project_id,
  ramdisk_id: unknown,
  root_device_name: unknown,
  task_state: ({ task_state }) => task_state,
  terminated_at: ({ terminated_at }) => terminated_at,
  updated_at: ({ updated_at }) => updated_at,
  user_id: ({ user_id }) => user_id,
  uuid: ({ uuid }) => uuid,
  vm_state: ({ vm_state }) => vm_state,
};

/** Former sort keys, which Nova ignores before 2.75. */
const ignoredKeys: ReadonlySet<string> = new Set([
  ...['architecture', 'cell_name', 'cleaned', 'default_ephemeral_device', 'default_swap_device'],
  ...['deleted', 'deleted_at', 'disable_terminate', 'ephemeral_gb', 'ephemeral_key_uuid', 'id'],
  ...['key_data', 'launched_on', 'locked', 'memory_mb', 'os_type', 'reservation_id', 'root_gb'],
  ...['shutdown_terminate', 'user_data', 'vcpus', 'vm_mode'],
]);

/**
 * How a microversion treats a sort key. `locked`: whether `locked` is a sort key (from 2.73 on); `strict`:
 * whether no key is ignored (from 2.75 on).
 */
export function sortKeyAt(key: string, { locked, strict }: { locked: boolean; strict: boolean }) {
  if (Object.hasOwn(columns, key) && (key !== 'locked' || locked)) return 'known';
  return ignoredKeys.has(key) && !strict ? 'ignored' : 'unknown';
}

/** The direction of one sort key. */
export type Direction = 'asc' | 'desc';

/**
 * The order by keys and directions. A missing direction is the first one. Servers that are equal in all
 * keys are in the order of their creation, in the first direction.
 */
export function orderBy(keys: readonly string[], directions: readonly Direction[]): ServerOrder {
  const [first = 'desc'] = directions;
  const requested = keys.map((key, n) => ({ key, direction: directions[n] ?? first }));
  const byTime = requested.every(
    ({ key, direction }, n) => key === (['created_at', 'uuid'][n] ?? '') && direction === first,
  );
  if (byTime) return { oldestFirst: first === 'asc' };
  const all = [
    ...requested,
    { key: 'created_at', direction: first },
    { key: 'uuid', direction: first },
  ];
  return {
    oldestFirst: false,
    compare: sortedBy(
      all.map(({ key, direction }) => ({
        of: columns[key] ?? unknown,
        descending: direction === 'desc',
      })),
    ),
  };
}
