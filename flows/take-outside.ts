/** Takes events from outside: for evaluation, and for the inventory if that is switched on. */
import type { DoctorEvent } from '../domain/events/event.ts';
import { type SendTwiceDeps, sendTwice } from './send-twice.ts';

export type TakeOutsideDeps = SendTwiceDeps & {
  /** Durably queues events that may change rows; left out if events change none. */
  readonly sendInventory?: ((events: readonly DoctorEvent[]) => Promise<void>) | undefined;
};

/** The types of Doctor's own events of changes of servers and ports that a report may cause. */
const ownTypes = new Set([
  ...['compute.instance.create.end', 'compute.instance.update', 'compute.instance.delete.end'],
  ...['port.create.end', 'port.update.end', 'port.delete.end'],
]);

/**
 * Whether the inventory evaluates the event, or leaves that to the event of its own change: then it has the
 * same type, and an alarm would fire twice.
 */
export const mayDouble = ({ event_type }: DoctorEvent): boolean => ownTypes.has(event_type);

/**
 * Queues events for evaluation, and those of servers and ports for the inventory. Events that the
 * inventory may make itself are left to it; all others do not wait for it.
 */
export async function takeOutside(
  deps: TakeOutsideDeps,
  events: readonly DoctorEvent[],
): Promise<void> {
  const { sendInventory } = deps;
  if (!sendInventory) return sendTwice(deps, events);
  const ofRows = events.filter(({ event_type }) => /^(compute\.instance|port)\./.test(event_type));
  const others = events.filter((event) => !mayDouble(event));
  await Promise.all([sendTwice(deps, others), sendInventory(ofRows)]);
}
