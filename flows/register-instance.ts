/** Registers and deletes instances, as feeds report them. */

import { DomainError, noSuch } from '../domain/errors.ts';
import { instanceEvent } from '../domain/events/event.ts';
import { settled } from '../domain/hosts/host-fault.ts';
import type { RegistrationOutcome } from '../domain/registration.ts';
import { inFlight } from '../domain/servers/evacuation.ts';
import type { Instance, InstanceFacts } from '../domain/servers/instance.ts';
import { deletedInstance, registeredInstance } from '../domain/servers/registered-instance.ts';
import { type EventsOut, sendExpress } from './events-out.ts';
import { readSettled } from './read-settled.ts';
import type { RegisterDeps, Registered, ReportOrigin } from './registration.ts';
import { untilWritten } from './retry.ts';

/**
 * Registers an instance, moves it to another host, or updates its facts. An owed fault of its old host is
 * applied first, as a separate change.
 * @throws invalid if its host is not registered.
 */
export async function registerInstance(
  deps: RegisterDeps,
  uuid: string,
  registration: {
    /** The reported facts, completed from the row of the instance; undefined if there is none. */
    readonly factsOver: (existing: Instance | undefined) => InstanceFacts;
    /** What is written; left out: `registeredInstance` decides. */
    readonly decide?: typeof registeredInstance;
  } & ReportOrigin,
): Promise<Registered<Instance>> {
  return untilWritten(async () => {
    const from = await readSettled(deps, uuid);
    if (from === 'overtaken') return undefined;
    const reported = registration.factsOver(from && !from.deleted ? from : undefined);
    const host = reported.host === null ? undefined : await deps.host(reported.host);
    if (reported.host !== null && (!host || host.deleted)) {
      throw new DomainError(
        'invalid',
        `Invalid input for field/attribute host. Compute host ${reported.host} could not be found.`,
      );
    }
    const facts = { ...reported, host: host?.host ?? null };
    // The host failed between the two reads: start again, so that this fault is settled first too.
    if (from && settled(from, host, host)) return undefined;
    const { reported_at, actor } = registration;
    const evacuation = from && inFlight(from);
    const restarts = evacuation ? (await deps.departures(evacuation.source)).restarts : 0;
    const { decide = registeredInstance } = registration;
    const next = decide(from, uuid, host, {
      restarts,
      facts,
      reported_at,
      actor,
      newId: deps.newId,
    });
    return written(deps, from, next);
  });
}

/**
 * Deletes an instance; its row stays as a tombstone.
 * @throws not_found if there is none; what `allow` throws for the row to delete.
 */
export async function deleteInstance(
  deps: EventsOut & Pick<RegisterDeps, 'host' | 'instance' | 'saveInstance'>,
  uuid: string,
  { allow, ...origin }: ReportOrigin & { readonly allow?: (instance: Instance) => void },
): Promise<Registered<Instance>> {
  return untilWritten(async () => {
    const from = await readSettled(deps, uuid);
    if (from === 'overtaken') return undefined;
    if (!from || from.deleted) {
      throw noSuch('Instance', uuid);
    }
    allow?.(from);
    return written(deps, from, deletedInstance(from, origin));
  });
}

/**
 * Writes the tombstone of an instance that has no row, so that an older report that comes later
 * does not create it.
 * @param facts what is known of the instance; its host is left out.
 * @returns undefined if another writer made the row meanwhile.
 */
export async function endUnknownInstance(
  deps: Pick<RegisterDeps, 'saveInstance' | 'newId'> & EventsOut,
  uuid: string,
  { facts, ...origin }: ReportOrigin & { readonly facts: InstanceFacts },
): Promise<Instance | undefined> {
  const made = { ...origin, facts: { ...facts, host: null }, newId: deps.newId };
  const { row } = registeredInstance(undefined, uuid, undefined, made);
  const tombstone = await written(deps, undefined, deletedInstance(row, origin));
  return tombstone?.row;
}

/** Writes an outcome and sends its event; undefined if another writer was faster. */
async function written(
  deps: Pick<RegisterDeps, 'saveInstance'> & EventsOut,
  from: Instance | undefined,
  next: RegistrationOutcome<Instance>,
): Promise<Registered<Instance> | undefined> {
  if (next.kind === 'stale' || next.kind === 'same') return next;
  if (!(await deps.saveInstance(from, next.row))) return undefined;
  if (next.kind !== 'kept') await sendExpress(deps, [instanceEvent(next.row)]);
  return next;
}
