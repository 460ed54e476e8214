/**
 * Evaluates the events of a queue. A message that fails is redelivered whole; from its second
 * receive on it is split into messages of one event each, so that one event that cannot be
 * evaluated harms no other, and ends in the dead-letter queue with its reason.
 */
import { type Log, onQueue, type QueueMessage } from '../../adapters/lambda.ts';
import type { DoctorEvent } from '../../domain/events/event.ts';
import { type DeadLetter, EventMessage } from '../../domain/events/messages.ts';
import type { Evaluated } from '../../flows/evaluate-events.ts';

/** What an invocation did, for logs and metrics. */
export type Totals = Evaluated & { readonly messages: number; readonly events: number };

export type Deps = {
  /** With a rest: for the alarms alone that it tells of. */
  readonly evaluate: (
    events: readonly DoctorEvent[],
    rest?: EventMessage['rest'],
  ) => Promise<Evaluated>;
  /** Queues each event as a message of its own, as they came but with the attempts made so far. */
  readonly split: (message: EventMessage) => Promise<void>;
  readonly bury: (letters: readonly DeadLetter[]) => Promise<void>;
  readonly count: (totals: Totals) => void;
  readonly log: Log;
  /** One message after the other; else all of a batch at once. */
  readonly inOrder?: boolean;
};

/** A message is received so often, in whatever company, before its event is given up. */
const maxAttempts = 5;

type Done = Evaluated & { readonly events: number };
const nothing: Done = { events: 0, candidates: 0, fired: 0, published: 0 };

export const createHandler = (deps: Deps) =>
  onQueue({
    log: deps.log,
    inOrder: deps.inOrder ?? false,
    consume: (message) => handleMessage(deps, message),
    report: (done) => {
      const total = (of: keyof Done) => done.reduce((sum, each) => sum + each[of], 0);
      const totals = {
        messages: done.length,
        events: total('events'),
        candidates: total('candidates'),
        fired: total('fired'),
        published: total('published'),
      };
      deps.count(totals);
      deps.log.info('evaluated', totals);
    },
  });

async function handleMessage(deps: Deps, { body, receives }: QueueMessage): Promise<Done> {
  const message = readMessage(body);
  if (typeof message === 'string') {
    await deps.bury([{ reason: message, element: body }]);
    return nothing;
  }
  const { events, rest } = message;
  const attempts = message.attempts + receives;
  if (receives > 1 && events.length > 1) {
    await deps.split({ ...message, attempts: attempts - 1 });
    return nothing;
  }
  try {
    if (attempts > maxAttempts) throw new Error('its evaluation never came to an end');
    return { ...(await deps.evaluate(events, rest)), events: events.length };
  } catch (error) {
    if (events.length > 1 || attempts < maxAttempts) throw error;
    const reason = `given up after ${attempts} attempts: ${String(error)}`;
    await deps.bury(events.map((element) => ({ reason, element })));
    return nothing;
  }
}

/** The message in a body, or why there is none. */
function readMessage(body: string): EventMessage | string {
  try {
    const parsed = EventMessage.safeParse(JSON.parse(body));
    return parsed.success ? parsed.data : `not a message of events: ${parsed.error.message}`;
  } catch {
    return 'not JSON';
  }
}
