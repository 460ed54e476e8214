/** Keeps events from outside for previews of alarms, after they were evaluated. */

import type { DoctorEvent } from '../domain/events/event.ts';
import type { EventMessage } from '../domain/events/messages.ts';
import { type RecentSource, sourceOfMessage } from '../domain/events/recent-event.ts';
import type { EventsOut } from './events-out.ts';

/** What the flow needs from outside. */
export type KeepOutsideDeps = Pick<EventsOut, 'interrupted'> & {
  /** Keeps events of a source. A repeat is harmless. */
  readonly keepEvents: (events: readonly DoctorEvent[], source: RecentSource) => Promise<void>;
};

/** Keeps the events of a message that are from outside. An error is logged, and previews lack them. */
export async function keepOutsideEvents(
  { keepEvents, interrupted }: KeepOutsideDeps,
  message: EventMessage,
): Promise<void> {
  const source = sourceOfMessage(message);
  if (!source) return;
  try {
    await keepEvents(message.events, source);
  } catch (error) {
    interrupted('events for previews', error);
  }
}
