/** Queues events from outside for evaluation. */
import type { DoctorEvent } from '../domain/events/event.ts';
import { type EventLane, laneOf } from '../domain/events/event-lane.ts';

export type SendTwiceDeps = {
  /** Durably queues events from outside in their lane, to be seen after the delay. */
  readonly sendOutside: (
    events: readonly DoctorEvent[],
    sending: {
      readonly lane: EventLane;
      readonly delaySeconds?: number;
      readonly copy?: true;
    },
  ) => Promise<void>;
  /** How long after an event from outside its safe copy is seen. */
  readonly safeLaneDelaySeconds: number;
};

/** Queues events from outside in their lanes: now, and a safe copy once an index can lag no more. */
export async function sendTwice(
  { sendOutside, safeLaneDelaySeconds: delaySeconds }: SendTwiceDeps,
  events: readonly DoctorEvent[],
): Promise<void> {
  const byLane = [...Map.groupBy(events, laneOf)];
  await Promise.all(
    byLane.flatMap(([lane, some]) => [
      sendOutside(some, { lane }),
      sendOutside(some, { lane, delaySeconds, copy: true }),
    ]),
  );
}
