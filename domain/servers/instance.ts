import * as z from 'zod';
import { LastChange } from '../change.ts';
import { HostName } from '../hosts/host.ts';
import { notPlain, plain, text } from '../text.ts';
import { Moment } from '../time.ts';
import { Evacuation } from './evacuation.ts';

/** Source: nova `objects/fields.py`, `InstanceState` (as in `compute/vm_states.py`). */
export const vmStates = [
  'active',
  'building',
  'paused',
  'suspended',
  'stopped',
  'rescued',
  'resized',
  'soft-delete',
  'deleted',
  'error',
  'shelved',
  'shelved_offloaded',
] as const;
export const VmState = z.enum(vmStates);
export type VmState = z.infer<typeof VmState>;

/** Nova's power states by number. Source: nova `compute/power_state.py`. */
export const powerStates = {
  pending: 0,
  running: 1,
  paused: 3,
  shutdown: 4,
  crashed: 6,
  suspended: 7,
} as const;
export type PowerStateName = keyof typeof powerStates;

const powerStateNames = new Map<number, string>(
  Object.entries(powerStates).map(([name, number]) => [number, name]),
);

export const PowerState = z
  .int()
  .refine((state) => powerStateNames.has(state), 'Must be one of 0, 1, 3, 4, 6, 7.');

/** The name of a power state in events, such as `shutdown`; `pending` for an unknown number. */
export const powerStateName = (state: number): string => powerStateNames.get(state) ?? 'pending';

/** The power state that belongs to a `vm_state`. Source: nova `compute/manager.py`. */
const powerOf: Partial<Record<VmState, PowerStateName>> = {
  active: 'running',
  rescued: 'running',
  paused: 'paused',
  suspended: 'suspended',
  stopped: 'shutdown',
  shelved: 'shutdown',
  shelved_offloaded: 'shutdown',
  resized: 'running',
};

/** The number of the power state that belongs to a `vm_state`; `pending` if none does. */
export const powerStateOf = (vm_state: VmState): number =>
  powerStates[powerOf[vm_state] ?? 'pending'];

const States = z.object({
  vm_state: VmState,
  power_state: PowerState,
  task_state: text(255).min(1).nullable(),
});

/** A server's embedded flavor, as Nova shows it from 2.47 on, with the id it shows before. */
export const Flavor = z.object({
  id: text(255),
  original_name: text(255),
  vcpus: z.int().min(0),
  ram: z.int().min(0),
  disk: z.int().min(0),
  ephemeral: z.int().min(0),
  swap: z.int().min(0),
  extra_specs: z.record(text(255).min(1), text(255)),
});
export type Flavor = z.infer<typeof Flavor>;

/** The flavor of a server of which nothing else is known. */
export const unknownFlavor: Flavor = {
  id: '',
  original_name: '',
  vcpus: 0,
  ram: 0,
  disk: 0,
  ephemeral: 0,
  swap: 0,
  extra_specs: {},
};

const Address = z.object({
  addr: text(64),
  version: z.union([z.literal(4), z.literal(6)]),
  'OS-EXT-IPS:type': z.enum(['fixed', 'floating']).optional(),
  'OS-EXT-IPS-MAC:mac_addr': text(64).optional(),
});

/** The facts in the registration of an instance. */
export const InstanceFacts = States.extend({
  name: text(255),
  project_id: text(255).min(1).regex(plain, notPlain),
  user_id: text(255),
  /** Null only for an instance without a host, such as a shelved_offloaded one. */
  host: HostName.nullable(),
  created_at: Moment,
  launched_at: Moment.nullable(),
  terminated_at: Moment.nullable(),
  flavor: Flavor,
  image_id: text(255),
  addresses: z.record(text(255).min(1), z.array(Address).max(100)),
  metadata: z.record(text(255).min(1), text(255)),
  availability_zone: text(255),
});
export type InstanceFacts = z.infer<typeof InstanceFacts>;

/** The fields that the owner of a server may set. Feeds do not report them. */
export const Owned = z.object({
  description: text(255).nullable(),
  /** Null if it is the server's name. */
  hostname: text(255).nullable(),
  /** Empty if there is none. */
  access_ip_v4: text(64),
  access_ip_v6: text(64),
  disk_config: z.enum(['AUTO', 'MANUAL']),
  /** In alphabetical order, without duplicates. */
  tags: z.array(text(60).min(1)),
});
export type Owned = z.infer<typeof Owned>;

/** The fields of a server whose owner has set none. */
export const nothingOwned: Owned = {
  description: null,
  hostname: null,
  access_ip_v4: '',
  access_ip_v6: '',
  disk_config: 'MANUAL',
  tags: [],
};

/**
 * The lock of a server: who locked it, and why (null if no reason was given). `admin` is an
 * administrator whose project is not the server's. Source: nova `objects/instance.py`, `locked_by`.
 */
export const Lock = z.object({
  by: z.enum(['owner', 'admin']),
  reason: text(255).nullable(),
});

/**
 * An instance (Nova: server). `fault_number` is that of its host, read consistently before the row was
 * written. If it is lower than the host's number now, the row does not reflect a fault yet: the fault is
 * owed (`host-fault.ts`). The row of a deleted instance stays as a tombstone (`deleted`).
 */
export const Instance = InstanceFacts.extend({
  uuid: z.guid(),
  incarnation: z.uuid(),
  revision: z.int().min(1),
  deleted: z.boolean(),
  fault_number: z.int().min(0),
  /**
   * That of its host when the instance came there, read consistently. Its owner is notified of switches
   * with higher numbers.
   */
  maintenance_number: z.int().min(0).default(0),
  /** Missing in rows written before owners could set fields; read as none set. */
  owned: Owned.default(nothingOwned),
  /** Null if it is not locked. Missing in rows written before there were locks; read as null. */
  lock: Lock.nullable().default(null),
  /** The states before the fault that it has not recovered from; null if there is no such fault. */
  pre_fault: States.extend({ at: Moment, fault_id: z.uuid() }).nullable(),
  /** Why it is in `error`, as Nova shows it; null if no reason is known. */
  fault: z.object({ code: z.int(), message: z.string(), created: Moment }).nullable(),
  /**
   * Its newest evacuation, ended or not; null if there was none. Missing in rows written before
   * Doctor evacuated; read as null.
   */
  evacuation: Evacuation.nullable().default(null),
  /** True if the cloud beside Doctor has the server: its end there is its end here. Absent: unknown. */
  mirrored: z.literal(true).optional(),
  /** Time of the newest report that the row reflects, a host's fault included. */
  reported_at: Moment,
  updated_at: Moment,
  last_change: LastChange.extend({
    old_state: VmState.nullable(),
    old_task_state: z.string().nullable(),
    /** The fault that caused the change; null if none did. */
    fault_id: z.uuid().nullable(),
  }),
});
export type Instance = z.infer<typeof Instance>;
