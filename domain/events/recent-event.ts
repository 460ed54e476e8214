/**
 * Events that are kept for a day, so that an alarm can be tried on them before it is made. Each is kept as
 * the alarms of its project are matched with it. Decisions: docs/adr/0051 and docs/adr/0062.
 */
import type * as z from 'zod';
import { packed } from '../slices.ts';
import { DoctorEvent, projectOfEvent } from './event.ts';
import type { EventMessage } from './messages.ts';
import { forTenant } from './visibility.ts';

/**
 * Where kept events come from: Doctor's own changes, failures reported from outside, and all else from
 * outside. Each is kept and read by itself, so that many of one hide none of another.
 */
export const recentSources = ['own', 'urgent', 'bulk'] as const;
export type RecentSource = (typeof recentSources)[number];

/**
 * The source under which the events of a message are kept after their evaluation. Undefined for those that
 * are not: Doctor's own are kept when they are made, and copies and deferred parts were kept before.
 */
export const sourceOfMessage = ({
  lane,
  copy,
  rest,
}: Pick<EventMessage, 'lane' | 'copy' | 'rest'>): RecentSource | undefined =>
  (lane === 'urgent' || lane === 'bulk') && !copy && !rest ? lane : undefined;

/** How long an event is kept, in hours. */
export const keptHours = 24;
/** The most events of a row. */
const mostInRow = 100;
/** The most bytes of the events of a row, as JSON before it is compressed. DynamoDB accepts 400 kB a row. */
const mostRowBytes = 350_000;

/** An event as it is kept: without the host of a port, which is for silences of hosts only. */
export const RecentEvent = DoctorEvent.omit({ port_host: true });
export type RecentEvent = z.infer<typeof RecentEvent>;

/** Events of one project that are kept in one row; the project is empty for events of infrastructure. */
export type RecentEvents = {
  readonly project_id: string;
  readonly events: readonly RecentEvent[];
};

const bytesOf = (event: RecentEvent): number => Buffer.byteLength(JSON.stringify(event));

/** An event of a project with the traits that its tenant may see; one of infrastructure with all. */
function asKept(event: DoctorEvent): RecentEvent {
  return RecentEvent.parse(projectOfEvent(event) === '' ? event : forTenant(event));
}

/** The events in rows of one project each, in their order; none for no events. */
export function recentEventsOf(events: readonly DoctorEvent[]): RecentEvents[] {
  return [...Map.groupBy(events, projectOfEvent)].flatMap(([project_id, its]) =>
    packed(its.map(asKept), { most: mostInRow, size: mostRowBytes, sizeOf: bytesOf }).map(
      (part) => ({ project_id, events: part }),
    ),
  );
}
