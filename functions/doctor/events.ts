/**
 * `POST /doctor/v1/events`: events from outside, as Ceilometer's HTTP publisher sends them. It does not
 * repeat an event, so the answer is 202 only after all of them are stored in queues.
 */
import { ignored } from '../../adapters/http/readers.ts';
import { type Route, route } from '../../adapters/http/route.ts';
import type { DoctorEvent } from '../../domain/events/event.ts';
import type { DeadLetter } from '../../domain/events/messages.ts';
import { deadLetterOf, OutsideEvents, receive } from '../../domain/events/outside-event.ts';
import { may } from '../../domain/identity/access.ts';

/** The dependencies of the route. */
export type EventDeps = {
  /** Queues the events for evaluation now, and again some seconds later, because an index may lag. */
  readonly sendTwice: (events: readonly DoctorEvent[]) => Promise<void>;
  /** Sends refused events to the dead-letter queue. */
  readonly deadLetter: (letters: readonly DeadLetter[]) => Promise<void>;
  readonly now: () => string;
};

export const eventRoutes = ({ sendTwice, deadLetter, now }: EventDeps): Route[] => [
  route({
    method: 'POST',
    path: '/v1/events',
    basic: true,
    roles: may.sendEvents,
    query: ignored,
    body: OutsideEvents,
    handle: async ({ body }) => {
      const accepted_at = now();
      const received = body.map((element) => ({ element, ...receive(element, accepted_at) }));
      const events = received.flatMap((each) => (each.ok ? [each.event] : []));
      const letters = received.flatMap(({ element, ...each }) =>
        each.ok ? [] : [deadLetterOf(element, each.reason)],
      );
      await Promise.all([sendTwice(events), deadLetter(letters)]);
      return { status: 202, body: { accepted: events.length, refused: letters.length } };
    },
  }),
];
