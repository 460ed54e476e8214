/**
 * Takes events from outside over into the rows of servers, those of a message in the order of their times.
 * A message that fails is delivered again; what was done before is then done again, and changes nothing.
 */
import { type Log, onQueue } from '../../adapters/lambda.ts';
import type { DoctorEvent } from '../../domain/events/event.ts';
import { type DeadLetter, InventoryMessage } from '../../domain/events/messages.ts';
import { mayDouble } from '../../flows/take-outside.ts';

/** What the inventory needs from outside. */
export type InventoryDeps = {
  /** Takes an event over. True if a row's own event says the same. */
  readonly mirror: (event: DoctorEvent) => Promise<boolean>;
  /** Queues events for evaluation now, and again some seconds later. */
  readonly sendTwice: (events: readonly DoctorEvent[]) => Promise<void>;
  /** Sends messages that cannot be read to the dead-letter queue. */
  readonly deadLetter: (letters: readonly DeadLetter[]) => Promise<void>;
  readonly log: Log;
};

/** The handler of the queue of the inventory. */
export const inventory = (deps: InventoryDeps) =>
  onQueue({
    log: deps.log,
    inOrder: true,
    consume: ({ body }) => take(deps, body),
    report: (done: readonly number[]) => {
      deps.log.info('inventory', { events: done.reduce((sum, each) => sum + each, 0) });
    },
  });

async function take(deps: InventoryDeps, body: string): Promise<number> {
  const events = eventsIn(body);
  if (!events) {
    await deps.deadLetter([{ reason: 'It is not a message of events.', element: body }]);
    return 0;
  }
  const left: DoctorEvent[] = [];
  for (const event of events) {
    const isOwn = await deps.mirror(event);
    if (mayDouble(event) && !isOwn) left.push(event);
  }
  await deps.sendTwice(left);
  return events.length;
}

/** The events of a message, the oldest first; undefined if it cannot be read. */
function eventsIn(body: string): readonly DoctorEvent[] | undefined {
  try {
    const { data } = InventoryMessage.safeParse(JSON.parse(body));
    return data?.events.toSorted((a, b) => (a.generated < b.generated ? -1 : 1));
  } catch {
    return undefined;
  }
}
