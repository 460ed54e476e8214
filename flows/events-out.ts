import type { DoctorEvent } from '../domain/events/event.ts';

/** How a flow sends the events of its changes: the express lane. The safe lane is the tables' streams. */
export type EventsOut = {
  /** Durably queues the events, or throws. */
  readonly send: (events: readonly DoctorEvent[]) => Promise<void>;
  /**
   * Called with an error that came after the change was durable. The safe lane does the step that
   * is missing.
   */
  readonly interrupted: (step: string, error: unknown) => void;
};

/** Sends events of changes that are durable. An error is logged; the safe lane sends the events later. */
export async function sendExpress(
  { send, interrupted }: EventsOut,
  events: readonly DoctorEvent[],
): Promise<void> {
  if (events.length === 0) return;
  try {
    await send(events);
  } catch (error) {
    interrupted('express lane', error);
  }
}

/**
 * Adds events to the first message that is sent, which saves a message and its evaluation. Send by `out`;
 * `flush` sends the events if no message was sent.
 */
export function withFirst(
  deps: EventsOut,
  first: readonly DoctorEvent[],
): { readonly out: EventsOut; readonly flush: () => Promise<void> } {
  let waiting = first;
  const take = (): readonly DoctorEvent[] => {
    const taken = waiting;
    waiting = [];
    return taken;
  };
  return {
    out: { ...deps, send: (events) => deps.send([...take(), ...events]) },
    flush: () => sendExpress(deps, take()),
  };
}
