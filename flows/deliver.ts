/** Publishes outbox rows and marks them. A crash between the two makes a repeat with the same id. */
import type { OutboxRow } from '../domain/firing.ts';
import type { EventsOut } from './events-out.ts';

export type DeliverDeps = Pick<EventsOut, 'interrupted'> & {
  /** Publishes in batches; gives the rows that were taken. */
  readonly publish: (rows: readonly OutboxRow[]) => Promise<readonly OutboxRow[]>;
  readonly markDelivered: (rows: readonly OutboxRow[]) => Promise<void>;
};

/** Rows published before they are marked: what a crash, or the end of a Lambda's time, may repeat. */
const atOnce = 100;

/**
 * Tells what the rows hold. What could not be published or marked is left to the sweeper.
 * @returns how many were published.
 */
export async function deliver(deps: DeliverDeps, rows: readonly OutboxRow[]): Promise<number> {
  let published = 0;
  for (let start = 0; start < rows.length; start += atOnce) {
    published += await deliverSome(deps, rows.slice(start, start + atOnce));
  }
  return published;
}

async function deliverSome(deps: DeliverDeps, rows: readonly OutboxRow[]): Promise<number> {
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
