/** Registers and deletes hosts and instances, as feeds report them. */
import type { Actor } from '../domain/change.ts';
import { DomainError } from '../domain/errors.ts';
import { hostEvent, instanceEvent } from '../domain/events/event.ts';
import { hasFailed } from '../domain/hosts/fault.ts';
import type { Host, HostFacts } from '../domain/hosts/host.ts';
import { settled } from '../domain/hosts/host-fault.ts';
import { deletedHost, registeredHost } from '../domain/hosts/registered-host.ts';
import { endedBy, type HostReport } from '../domain/hosts/service-update.ts';
import type { RegistrationOutcome } from '../domain/registration.ts';
import { type Departures, inFlight } from '../domain/servers/evacuation.ts';
import type { Instance, InstanceFacts } from '../domain/servers/instance.ts';
import { deletedInstance, registeredInstance } from '../domain/servers/registered-instance.ts';
import { type EventsOut, sendExpress } from './events-out.ts';
import { hostsAround } from './hosts-around.ts';
import { untilWritten } from './retry.ts';

/** What the flows read, write and send. */
export type RegisterDeps = EventsOut & {
  /** Rows read consistently, tombstones included; a host's by any spelling of its name. */
  readonly host: (name: string) => Promise<Host | undefined>;
  readonly instance: (uuid: string) => Promise<Instance | undefined>;
  /** A number that no service had before: the id of a service before microversion 2.53. */
  readonly nextServiceNumber: () => Promise<number>;
  /** Writes a row if it is as it was read (undefined: if there is still none); else returns false. */
  readonly saveHost: (from: Host | undefined, to: Host) => Promise<boolean>;
  readonly saveInstance: (from: Instance | undefined, to: Instance) => Promise<boolean>;
  /** The evacuations from a host, read consistently. */
  readonly departures: (source: string) => Promise<Departures>;
  readonly newId: () => string;
};

/** The caller of a registration, and the time at which it was true; undefined if the feed does not say. */
export type ReportOrigin = { readonly reported_at: string | undefined; readonly actor: Actor };

/** The outcome of a registration, with the row as it is now. */
export type Registered<Row> = Pick<RegistrationOutcome<Row>, 'kind' | 'row'>;

/** Registers a host, or updates its facts. */
export async function registerHost(
  deps: RegisterDeps,
  host: string,
  registration: { readonly facts: HostFacts } & ReportOrigin,
): Promise<Registered<Host>> {
  const outcome = await untilWritten(async () => {
    const from = await deps.host(host);
    const fresh = !from || from.deleted;
    const number = fresh ? await deps.nextServiceNumber() : from.service_number;
    const next = registeredHost(from, host, { ...registration, newId: deps.newId }, number);
    if (next.kind === 'stale' || next.kind === 'same') return next;
    return (await deps.saveHost(from, next.row)) ? next : undefined;
  });
  if (outcome.kind === 'created' || outcome.kind === 'changed') {
    await sendExpress(deps, [hostEvent(outcome.row)]);
  }
  return outcome;
}

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
    const next = registeredInstance(from, uuid, host, {
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
      throw new DomainError('not_found', `Instance ${uuid} could not be found.`);
    }
    allow?.(from);
    return written(deps, from, deletedInstance(from, origin));
  });
}

/**
 * The instance, after an owed fault was applied to its row; undefined if there is none, `overtaken` if
 * another writer was faster.
 */
export async function readSettled(
  deps: Pick<RegisterDeps, 'host' | 'instance' | 'saveInstance'> & EventsOut,
  uuid: string,
): Promise<Instance | undefined | 'overtaken'> {
  const from = await deps.instance(uuid);
  if (!from || from.deleted || from.host === null) return from;
  const { host, target } = await hostsAround(deps, from);
  const to = settled(from, host, target);
  if (!to) return from;
  if (!(await deps.saveInstance(from, to))) return 'overtaken';
  if (to.revision > from.revision) await sendExpress(deps, [instanceEvent(to)]);
  return to;
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

export type DeleteHostDeps = EventsOut &
  Pick<RegisterDeps, 'host'> & {
    readonly instancesOn: (host: string) => AsyncIterable<readonly string[]>;
    readonly instancesTo: (host: string) => AsyncIterable<readonly string[]>;
    readonly saveReport: (from: Host, report: HostReport) => Promise<boolean>;
  };

/**
 * Deletes a host and its service. The tombstone keeps the number of its faults.
 * @throws not_found if there is none; conflict while instances are on it or on their way to it.
 */
export async function deleteHost(deps: DeleteHostDeps, name: string, actor: Actor): Promise<void> {
  const deleted = await untilWritten(async () => {
    const from = await deps.host(name);
    if (!from || from.deleted) {
      throw new DomainError('not_found', `Compute host ${name} could not be found.`);
    }
    const cannot = (why: string) =>
      new DomainError('conflict', `Unable to delete compute service of ${name}: ${why}.`);
    if (await hasAny(deps.instancesOn(from.host))) throw cannot('it has instances');
    if (await hasAny(deps.instancesTo(from.host)))
      throw cannot('instances are being evacuated to it');
    const host = deletedHost(from, actor);
    const fault = hasFailed(from) ? { closed: from.fault_number } : undefined;
    const report = { host, fault, ...endedBy(from, [], 'Its host was deleted.') };
    return (await deps.saveReport(from, report)) ? host : undefined;
  });
  await sendExpress(deps, [hostEvent(deleted)]);
}

async function hasAny(pages: AsyncIterable<readonly string[]>): Promise<boolean> {
  for await (const page of pages) if (page.length > 0) return true;
  return false;
}
