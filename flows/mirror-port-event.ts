/** Mirrors a cloud's ports by the events that it sends: they create, change and delete Doctor's own rows. */
import { DomainError } from '../domain/errors.ts';
import { type DoctorEvent, traitText } from '../domain/events/event.ts';
import { newMirroredPort, unknownPortEnd } from '../domain/mirror/mirrored-port.ts';
import { type PortEventReport, portReport } from '../domain/mirror/port-report.ts';
import { deletedPort, type Port } from '../domain/ports/port.ts';
import { changePort } from './change-port.ts';
import { changeMirrored, createdUnlessMade, type MirrorPortsDeps } from './mirror-ports.ts';
import { untilWritten } from './retry.ts';

export type MirrorPortEventDeps = Omit<MirrorPortsDeps, 'ports' | 'sendTasks'> & {
  /** Writes the tombstone of a port that has no row; false if there is one. */
  readonly insertTombstone: (port: Port) => Promise<boolean>;
  /** Logs why an event changed no row. */
  readonly skipped: (event: DoctorEvent, reason: string) => void;
  readonly now: () => string;
};

/** Who changes rows because of an event, in the audit. */
const mirror = 'inventory';

/**
 * Takes an event of a port over into its row. Safe to repeat.
 * @returns whether the row says the same now with an event of its own, of the same type and made by
 * this event.
 */
export async function mirrorPortEvent(
  deps: MirrorPortEventDeps,
  event: DoctorEvent,
): Promise<boolean> {
  const report = portReport(event);
  if (!report) return false;
  const actor = { user_id: mirror, request_id: event.message_id, at: deps.now() };
  try {
    await untilWritten(() =>
      report.kind === 'deleted' ? end(deps, report.id, actor) : take(deps, report, actor),
    );
  } catch (error) {
    if (!(error instanceof DomainError) || error.code === 'unavailable') throw error;
    deps.skipped(event, error.message);
    return false;
  }
  return saysTheSame(await deps.port(report.id), event);
}

type By = Parameters<typeof deletedPort>[1];

/**
 * Creates or changes a port. A deleted one stays deleted: Neutron gives an id only once.
 * @returns undefined if another writer made the row meanwhile: then it is to be read again.
 */
async function take(
  deps: MirrorPortEventDeps,
  { id, report, port }: Extract<PortEventReport, { readonly kind: 'changed' }>,
  actor: By,
): Promise<'written' | undefined> {
  const row = await deps.port(id);
  if (row?.deleted) return 'written';
  if (row) {
    await changeMirrored(deps, id, { report, actor, row });
    return 'written';
  }
  if (!port) {
    throw new DomainError(
      'invalid',
      'The port is not registered, and the event does not say its network, address and project.',
    );
  }
  const made = newMirroredPort(port, { actor, incarnation: deps.newId() });
  return (await createdUnlessMade(deps, made)) ? 'written' : undefined;
}

/**
 * Deletes a port. One that has no row leaves a tombstone.
 * @returns what `take` returns.
 */
async function end(
  deps: MirrorPortEventDeps,
  id: string,
  actor: By,
): Promise<'written' | undefined> {
  const row = await deps.port(id);
  if (!row) {
    const tombstone = unknownPortEnd(id, { actor, incarnation: deps.newId() });
    return (await deps.insertTombstone(tombstone)) ? 'written' : undefined;
  }
  if (!row.deleted) {
    await changePort(deps, id, (port) =>
      port && !port.deleted ? deletedPort(port, actor) : undefined,
    );
  }
  return 'written';
}

/**
 * Whether the event must be evaluated itself: it says another state of the data plane than the row,
 * and that state is never taken over.
 */
function saysTheSame(row: Port | undefined, event: DoctorEvent): boolean {
  if (!row) return false;
  const { request_id, kind } = row.last_change;
  const plane = traitText(event, 'data_plane_status') || null;
  return (
    request_id === event.message_id &&
    event.event_type === `port.${kind}.end` &&
    (plane === null || plane === row.data_plane_status)
  );
}
