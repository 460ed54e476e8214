/**
 * Events from outside, as Ceilometer's HTTP publisher posts them and as OpenStack's message bus has
 * them. `raw` and `message_signature` are dropped. An element that is not a valid event is refused
 * alone; the other elements of its list are accepted.
 */
import * as z from 'zod';
import { notPlain, plain } from '../text.ts';
import { naive } from '../time.ts';
import { type DoctorEvent, Trait } from './event.ts';
import type { DeadLetter } from './messages.ts';

/**
 * A list of events, or one event (`batch=False`). The elements are parsed one by one, by `receive`.
 */
export const OutsideEvents = z.union(
  [z.array(z.unknown()), z.record(z.string(), z.unknown()).transform((event) => [event])],
  'Must be an event or a list of events.',
);

/** The event of an element, or why it is not a valid event. */
export type Received =
  | { readonly ok: true; readonly event: DoctorEvent }
  | { readonly ok: false; readonly reason: string };

/** The largest accepted event, in bytes of the JSON that Doctor stores. */
export const maxEventBytes = 65_536;

/** The longest id of Nova and Neutron. Ids also must fit into the attributes of a notification. */
const longestId = 255;
const Id = z.string().min(1).max(longestId).regex(plain, notPlain);

const idTraits = new Set(['project_id', 'tenant_id', 'resource_id', 'instance_id']);
const isId = ([name]: Trait): boolean => idTraits.has(name);
const OutsideTrait = Trait.refine(
  (trait) => !isId(trait) || plain.test(String(trait[2])),
  notPlain,
).refine(
  (trait) => !isId(trait) || String(trait[2]).length <= longestId,
  `An id has at most ${longestId} characters.`,
);

const OutsideEvent = z.object({
  message_id: Id,
  event_type: Id,
  generated: z.string().max(64).nullish(),
  traits: z.array(OutsideTrait).nullish(),
});

/** The event of one element of a request. Its stamp is null, because its order is not known. */
export function receive(element: unknown, accepted_at: string): Received {
  const parsed = OutsideEvent.safeParse(element);
  if (!parsed.success) return { ok: false, reason: reasonOf(parsed.error) };
  const { generated, traits, ...ids } = parsed.data;
  const event: DoctorEvent = {
    ...ids,
    generated: generated ?? naive(accepted_at),
    traits: traits ?? [],
    accepted_at,
    stamp: null,
    fault_id: null,
  };
  const bytes = new TextEncoder().encode(JSON.stringify(event)).length;
  if (bytes <= maxEventBytes) return { ok: true, event };
  return {
    ok: false,
    reason: `The event has ${bytes} bytes; at most ${maxEventBytes} are allowed.`,
  };
}

/** The events of elements, and the dead letters of those that are not valid events. */
export function receiveAll(
  elements: readonly unknown[],
  accepted_at: string,
): { readonly events: readonly DoctorEvent[]; readonly letters: readonly DeadLetter[] } {
  const received = elements.map((element) => ({ element, ...receive(element, accepted_at) }));
  return {
    events: received.flatMap((each) => (each.ok ? [each.event] : [])),
    letters: received.flatMap(({ element, ...each }) =>
      each.ok ? [] : [deadLetterOf(element, each.reason)],
    ),
  };
}

/**
 * A refused element, for the dead-letter queue. An element nested too deeply for `JSON.stringify`
 * is left out.
 */
export function deadLetterOf(element: unknown, reason: string): DeadLetter {
  try {
    JSON.stringify(element);
    return { reason, element };
  } catch {
    return { reason, element: '(nested too deeply to be shown)' };
  }
}

/** The first error, with its path: `traits.3.1: ...`. */
function reasonOf(error: z.ZodError): string {
  const [issue] = error.issues;
  const where = issue?.path.join('.');
  return `${where ? `${where}: ` : ''}${issue?.message ?? 'Not an event.'}`;
}
