/**
 * Records of evacuations: Nova's migrations of type `evacuation`. An instance's row holds its newest
 * one, whole; the table `migrations` holds a copy of each, for lists.
 */
import * as z from 'zod';
import { HostName } from '../hosts/host.ts';
import { Moment } from '../time.ts';

/** Whoever moves instances: nobody, where Doctor only keeps the books, or somebody who reports back. */
export const executors = ['none', 'external'] as const;
export type Executor = (typeof executors)[number];

/**
 * What is recorded of a move. `error`: there was no target; `failed`: there was, and it did not come
 * to an end there. Source: nova `objects/migration.py`.
 */
export const evacuationStatuses = ['accepted', 'pre-migrating', 'done', 'failed', 'error'] as const;

export const Evacuation = z.object({
  uuid: z.uuid(),
  /** The migration's id before microversion 2.59. */
  number: z.int().min(1),
  source: HostName,
  /** Null if there was no target. */
  dest: HostName.nullable(),
  /** The target's address as registered; null if it is not known. */
  dest_ip: z.string().nullable(),
  status: z.enum(evacuationStatuses),
  /** The `vm_state` that the instance takes at its target: decided when the record is made. */
  original: z.enum(['active', 'stopped']),
  /** The target as it was read: another incarnation or a higher number, and the move has failed. */
  dest_incarnation: z.uuid().nullable(),
  dest_fault_number: z.int().min(0),
  /** Of a record that is done: how often the source had been restarted by then. */
  source_restarts: z.int().min(0),
  /** Who asked for it, and in which project. */
  user_id: z.string(),
  project_id: z.string(),
  created_at: Moment,
  updated_at: Moment,
});
export type Evacuation = z.infer<typeof Evacuation>;

/** A record with the instance that it is of. */
export const Migration = Evacuation.extend({ instance_uuid: z.guid() });
export type Migration = z.infer<typeof Migration>;

/** What has left a host by evacuation since its compute service was last restarted. */
export const Departures = z.object({
  done: z.int().min(0),
  restarts: z.int().min(0),
  /** Null if it never was. */
  restarted_at: Moment.nullable(),
});
export type Departures = z.infer<typeof Departures>;

export const noDepartures: Departures = { done: 0, restarts: 0, restarted_at: null };

type Evacuated = { readonly evacuation: Evacuation | null };

/** The record of an instance that is on its way; undefined if it is not. */
export const inFlight = ({ evacuation }: Evacuated): Evacuation | undefined =>
  evacuation?.status === 'accepted' || evacuation?.status === 'pre-migrating'
    ? evacuation
    : undefined;

/** The host that an instance is on its way to; null if it is on none. */
export const targetOf = (instance: Evacuated): string | null => inFlight(instance)?.dest ?? null;

/** The record at its end. */
export const ended = (
  evacuation: Evacuation,
  status: 'failed' | 'error',
  updated_at: string,
): Evacuation => ({ ...evacuation, status, updated_at });

/**
 * The status as it is shown: what is `done` is `completed` once the source's compute service has
 * been restarted, and so has forgotten the guest. Source: nova `compute/manager.py`,
 * `_destroy_evacuated_instances`.
 */
export const shownStatus = (
  { status, source_restarts }: Evacuation,
  { restarts }: Departures,
): Evacuation['status'] | 'completed' =>
  status === 'done' && restarts > source_restarts ? 'completed' : status;

/** When the shown status came about. */
export const shownUpdate = (evacuation: Evacuation, departures: Departures): string =>
  shownStatus(evacuation, departures) === 'completed'
    ? (departures.restarted_at ?? evacuation.updated_at)
    : evacuation.updated_at;

/** Place of a record in a list by time; the uuid tells two of one moment apart. */
export const placeOfRecord = ({ created_at, uuid }: Pick<Evacuation, 'created_at' | 'uuid'>) =>
  `${created_at}#${uuid}`;
