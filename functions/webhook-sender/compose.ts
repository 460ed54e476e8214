/** Puts the sender of webhooks together: handler, queues, places and slow receivers. */
import type { gathered } from '../../adapters/gathered.ts';
import type { WebhookMessage } from '../../domain/delivery/webhook.ts';
import { busySeconds } from '../../domain/delivery/webhook-place.ts';
import type { WebhookSenderDeps } from './deps.ts';
import { webhookSender } from './handler.ts';
import { type MinuteDeps, minuteRoom } from './minutes.ts';
import { type PlaceDeps, rememberingFull } from './places.ts';
import { slowReceivers } from './slow-receivers.ts';

type Delayed = { readonly webhook: WebhookMessage; readonly delaySeconds: number };

export type WebhookSenderParts = Omit<
  WebhookSenderDeps,
  | 'again'
  | 'divert'
  | 'defer'
  | 'slow'
  | 'isAlarm'
  | 'fullCounter'
  | 'giveRoomBack'
  | 'limits'
  | 'places'
> & {
  readonly minutes: Omit<MinuteDeps, 'now'>;
  readonly places: Omit<PlaceDeps, 'wasFull'>;
  /** Those of the ids that are ids of alarms, read consistently. */
  readonly existing: (ids: readonly string[]) => Promise<ReadonlySet<string>>;
  /** Durably queues webhooks among the first attempts, to be delivered after a delay in seconds. */
  readonly sendFirst: (webhooks: readonly WebhookMessage[], delaySeconds: number) => Promise<void>;
  /** Durably queues webhooks among the retries, each to be delivered after its delay in seconds. */
  readonly sendRetries: (webhooks: readonly Delayed[]) => Promise<void>;
  /** Lets calls in one turn of the event loop share one call. */
  readonly gather: typeof gathered;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
};

const later = (webhook: WebhookMessage): WebhookMessage => ({ ...webhook, lane: 'later' });

/** The handler of the queues of webhooks. */
export const compose = ({
  existing,
  minutes,
  sendFirst,
  sendRetries,
  gather,
  clock,
  ...parts
}: WebhookSenderParts) => {
  const existingNow = gather(existing);
  const sendRetry = gather(sendRetries);
  const room = minuteRoom<WebhookMessage>({ ...minutes, now: parts.now });
  const withoutRoom = gather(room.take);
  return webhookSender({
    ...parts,
    isAlarm: async (alarm_id) => (await existingNow(alarm_id)).has(alarm_id),
    again: (webhook, delaySeconds) => sendRetry({ webhook: later(webhook), delaySeconds }),
    divert: (webhook) => sendRetry({ webhook: later(webhook), delaySeconds: 0 }),
    defer: gather((webhooks: readonly WebhookMessage[]) => sendFirst(webhooks, busySeconds)),
    fullCounter: async (webhook) => (await withoutRoom(webhook)).get(webhook),
    giveRoomBack: gather(room.giveBack),
    limits: minutes.limits,
    places: { ...parts.places, ...rememberingFull(parts.places.take, clock) },
    slow: slowReceivers(clock),
  });
};
