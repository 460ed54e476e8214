import type { DoctorEvent } from '../domain/events/event.ts';

/** How a flow tells of what it changed: the express lane. The safe lane is the tables' streams. */
export type EventsOut = {
  readonly send: (events: readonly DoctorEvent[]) => Promise<void>;
  /** Told of what went wrong after the change itself was durable; the safe lane mends it. */
  readonly interrupted: (step: string, error: unknown) => void;
};

/** Sends events of changes that are already durable: a failure is noted, and the safe lane sends them. */
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
 * Lets events ride with whatever is sent first, which saves a message and an evaluation of its own:
 * `out` is the sender to use, and `flush` sends what found nothing to ride with.
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
