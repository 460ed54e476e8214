/** Publishes outbox rows and marks them. A crash between the two makes a repeat with the same id. */
import type { OutboxRow } from '../domain/firing.ts';
import type { EventsOut } from './events-out.ts';

export type DeliverDeps = Pick<EventsOut, 'interrupted'> & {
  /** Publishes in batches; gives the rows that were taken. */
  readonly publish: (rows: readonly OutboxRow[]) => Promise<readonly OutboxRow[]>;
  readonly markDelivered: (rows: readonly OutboxRow[]) => Promise<void>;
};

/**
 * Tells what the rows hold. What could not be published or marked is left to the sweeper.
 * @returns how many were published.
 */
export async function deliver(deps: DeliverDeps, rows: readonly OutboxRow[]): Promise<number> {
  if (rows.length === 0) return 0;
  try {
    const published = await deps.publish(rows);
    if (published.length < rows.length) {
      deps.interrupted('publish', `${rows.length - published.length} refused`);
    }
    await deps.markDelivered(published);
    return published.length;
  } catch (error) {
    deps.interrupted('delivery', error);
    return 0;
  }
}
