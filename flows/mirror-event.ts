/** Mirrors a cloud by the events that it sends: they create, change and delete Doctor's own servers. */
import type { Actor } from '../domain/change.ts';
import { DomainError } from '../domain/errors.ts';
import type { DoctorEvent } from '../domain/events/event.ts';
import { markedInstance } from '../domain/mirror/mirrored-instance.ts';
import { reportTime } from '../domain/registration.ts';
import type { Instance } from '../domain/servers/instance.ts';
import { factsAfter, type ServerReport, serverReport } from '../domain/servers/server-report.ts';
import { ensureHost } from './ensure-host.ts';
import { deleteInstance, endUnknownInstance, registerInstance } from './register-instance.ts';
import type { RegisterDeps } from './registration.ts';
import { untilWritten } from './retry.ts';

export type MirrorDeps = RegisterDeps & {
  /** Logs why an event changed no row. */
  readonly skipped: (event: DoctorEvent, reason: string) => void;
  readonly now: () => string;
};

/** Who changes rows because of an event, in the audit. */
const mirror = 'inventory';

/**
 * Takes an event over into the rows. Safe to repeat.
 * @returns whether a row says the same now with an event of its own: one of the same type, made by this
 * event. Then the event must not be evaluated beside it.
 */
export async function mirrorEvent(deps: MirrorDeps, event: DoctorEvent): Promise<boolean> {
  const report = serverReport(event);
  if (!report) return false;
  const actor = { user_id: mirror, request_id: event.message_id, at: deps.now() };
  try {
    reportTime(report.reported_at, actor.at);
    const row = await (report.deleted ? gone : there)(deps, report, actor);
    const { request_id, event_type } = row.last_change;
    return request_id === event.message_id && event_type === event.event_type;
  } catch (error) {
    if (!(error instanceof DomainError) || !['invalid', 'not_found'].includes(error.code)) {
      throw error;
    }
    deps.skipped(event, error.message);
    return false;
  }
}

/** Registers a server as the event says, and its host if that is not registered. */
async function there(deps: MirrorDeps, report: ServerReport, actor: Actor): Promise<Instance> {
  const { uuid, reported_at } = report;
  const seen = await deps.instance(uuid);
  if (seen && reported_at < seen.reported_at) return seen;
  const { host } = factsOf(report, seen);
  if (host !== null) await ensureHost(deps, host, { reported_at, actor });
  const { row } = await registerInstance(deps, uuid, {
    factsOver: (existing) => factsOf(report, existing),
    decide: markedInstance,
    reported_at,
    actor,
  });
  return row;
}

/** The facts of a server after a report. @throws invalid if the report does not say enough. */
function factsOf(report: ServerReport, existing: Instance | undefined) {
  const facts = factsAfter(report, existing?.deleted ? undefined : existing);
  if (facts) return facts;
  throw new DomainError(
    'invalid',
    'The server is not registered, and the event does not say its host, project and state.',
  );
}

/**
 * Deletes a server. One that is not known leaves a tombstone, so that an older event that comes later does
 * not create it.
 */
async function gone(deps: MirrorDeps, report: ServerReport, actor: Actor): Promise<Instance> {
  const { uuid, reported_at } = report;
  return untilWritten(async () => {
    const from = await deps.instance(uuid);
    if (from?.deleted) return from;
    if (from) return (await deleteInstance(deps, uuid, { reported_at, actor })).row;
    const facts = factsOf({ ...report, host: null, vm_state: 'active' }, undefined);
    return endUnknownInstance(deps, uuid, { facts, reported_at, actor });
  });
}
