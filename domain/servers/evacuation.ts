/**
 * Records of evacuations: Nova's migrations of type `evacuation`. The row of an instance holds its
 * newest record. The table `migrations` holds a copy of each record, for lists.
 */
import * as z from 'zod';
import { HostName } from '../hosts/host.ts';
import { Moment } from '../time.ts';

/**
 * The program that moves instances. `none`: there is none, Doctor only records that the instance is at
 * its target. `external`: a program outside of Doctor, which reports the result of each move. `openstack`:
 * Nova, which Doctor asks for the move and follows (ADR 0044).
 */
export const executors = ['none', 'external', 'openstack'] as const;
export type Executor = (typeof executors)[number];

/** Nova's task of an instance that is being rebuilt on another host. */
export const rebuilding = 'rebuilding';

/**
 * The recorded status of a move. `error`: no target was found. `failed`: there was a target, and the
 * instance did not get there. Source: nova `objects/migration.py`.
 */
export const evacuationStatuses = ['accepted', 'pre-migrating', 'done', 'failed', 'error'] as const;

/** One evacuation of one instance. */
export const Evacuation = z.object({
  uuid: z.uuid(),
  /** The migration's id before microversion 2.59. */
  number: z.int().min(1),
  source: HostName,
  /** Null if there was no target, or if Nova has not chosen it yet (`executor` is `openstack`). */
  dest: HostName.nullable(),
  /** The target's address as registered; null if it is not known. */
  dest_ip: z.string().nullable(),
  status: z.enum(evacuationStatuses),
  /** The `vm_state` that the instance takes at its target: decided when the record is made. */
  original: z.enum(['active', 'stopped']),
  /**
   * The target's incarnation and fault number when the record was made. If the target has another
   * incarnation or a higher number later, it was deleted or it failed, and the move has failed.
   */
  dest_incarnation: z.uuid().nullable(),
  dest_fault_number: z.int().min(0),
  /**
   * How often the compute service of the source had been restarted when the record was made, or when
   * it became `done`.
   */
  source_restarts: z.int().min(0),
  /** The program that moves it. Missing in rows written before the field existed; read as `none`. */
  executor: z.enum(executors).default('none'),
  /** Why the move failed, as its executor says; null if no reason is known. */
  reason: z.string().nullable().default(null),
  /** The caller, and the project of the caller's token. */
  user_id: z.string(),
  project_id: z.string(),
  /** The request of the caller. Missing in rows written before the field existed; read as null. */
  request_id: z.string().nullable().default(null),
  created_at: Moment,
  updated_at: Moment,
});
export type Evacuation = z.infer<typeof Evacuation>;

/** A record with the uuid of its instance. */
export const Migration = Evacuation.extend({ instance_uuid: z.guid() });
export type Migration = z.infer<typeof Migration>;

/** The evacuations from a host since its compute service was last restarted. */
export const Departures = z.object({
  /** How many of them are `done`. */
  done: z.int().min(0),
  /** How often the compute service has been restarted. */
  restarts: z.int().min(0),
  /** The time of the last restart; null if there was none. */
  restarted_at: Moment.nullable(),
});
export type Departures = z.infer<typeof Departures>;

/** The departures of a host that no instance has left. */
export const noDepartures: Departures = { done: 0, restarts: 0, restarted_at: null };

type WithEvacuation = { readonly evacuation: Evacuation | null };

/** The record of an instance that is on its way to a target; undefined if it is not on its way. */
export const inFlight = ({ evacuation }: WithEvacuation): Evacuation | undefined =>
  evacuation?.status === 'accepted' || evacuation?.status === 'pre-migrating'
    ? evacuation
    : undefined;

/** Whether a move may end on the host: it is the target, or Nova chooses the target. */
export const mayEndOn = ({ dest, executor }: Evacuation, host: string): boolean =>
  dest === host || (dest === null && executor === 'openstack');

/**
 * Whether Doctor counts the departure from the source and keeps the source down until its compute service
 * is restarted. Nova keeps count of the moves that it made itself, and refuses to force the host up.
 */
export const countsDeparture = ({ status, executor }: Evacuation): boolean =>
  status === 'done' && executor !== 'openstack';

/** The host that an instance is on its way to; null if it is not on its way, or Nova chooses the host. */
export const targetOf = (instance: WithEvacuation): string | null =>
  inFlight(instance)?.dest ?? null;

/** The record of a move that did not reach its target. */
export const ended = (
  evacuation: Evacuation,
  status: 'failed' | 'error',
  updated_at: string,
): Evacuation => ({ ...evacuation, status, updated_at });

/**
 * The record of a move that reached its target.
 * @param source_restarts how often the compute service of the source has been restarted by now.
 */
export const succeeded = (
  evacuation: Evacuation,
  source_restarts: number,
  updated_at: string,
): Evacuation => ({ ...evacuation, status: 'done', source_restarts, updated_at });

/**
 * The status that clients see. A record that is `done` is shown as `completed` once the compute service
 * of the source has been restarted: nova deletes the old guest at that time. Source: nova
 * `compute/manager.py`, `_destroy_evacuated_instances`.
 */
export const shownStatus = (
  { status, source_restarts }: Evacuation,
  { restarts }: Departures,
): Evacuation['status'] | 'completed' =>
  status === 'done' && restarts > source_restarts ? 'completed' : status;

/** The time since which a record has its shown status. */
export const shownUpdate = (evacuation: Evacuation, departures: Departures): string =>
  shownStatus(evacuation, departures) === 'completed'
    ? (departures.restarted_at ?? evacuation.updated_at)
    : evacuation.updated_at;

/** The sort key of a record in lists by time; the uuid separates two records of the same time. */
export const placeOfRecord = ({ created_at, uuid }: Pick<Evacuation, 'created_at' | 'uuid'>) =>
  `${created_at}#${uuid}`;

/**
 * The index that a list of records is read from: by source, instance, target or status, or all
 * records.
 */
export type MigrationIndex = 'source' | 'instance' | 'target' | 'status' | 'all';
