/** What the sender of webhooks needs from outside, and what it can do with a message. */
import type { Log } from '../../adapters/lambda.ts';
import type {
  WebhookMessage,
  WebhookOutcome,
  webhookResults,
} from '../../domain/delivery/webhook.ts';
import type { OutcomeMinute } from '../../domain/delivery/webhook-counts.ts';
import type { FullCounter, MinuteLimits } from '../../domain/delivery/webhook-minute.ts';
import type { DeadLetter } from '../../domain/events/messages.ts';
import type { CallDeps } from './call-action.ts';
import type { PlaceDeps } from './places.ts';
import type { SlowReceivers } from './slow-receivers.ts';

/** The outcome of a message; `refused`: given up without a call; `known`: there was nothing left to do. */
export type Done =
  | (typeof webhookResults)[number]
  | 'diverted'
  | 'deferred'
  | 'waiting'
  | 'refused'
  | 'known'
  | 'unreadable';
/** How many messages had each outcome. */
export type WebhookTotals = Readonly<Partial<Record<Done, number>>>;

/** What the sender of webhooks needs from outside. */
export type WebhookSenderDeps = CallDeps & {
  /** The recorded outcome of a webhook, read consistently; undefined before its first attempt. */
  readonly outcome: (webhook: WebhookMessage) => Promise<WebhookOutcome | undefined>;
  /** True if there is an alarm with this id, read consistently. Ids are never used again. */
  readonly isAlarm: (alarm_id: string) => Promise<boolean>;
  /** Records an outcome on the row of the firing. */
  readonly note: (webhook: WebhookMessage, outcome: WebhookOutcome) => Promise<void>;
  /** Queues a retry, to be delivered after the delay in seconds. */
  readonly again: (webhook: WebhookMessage, delaySeconds: number) => Promise<void>;
  /** Queues a first attempt among the retries, to be made at once. */
  readonly divert: (webhook: WebhookMessage) => Promise<void>;
  /** Queues a first attempt again among first attempts, for a little later. */
  readonly defer: (webhook: WebhookMessage) => Promise<void>;
  readonly places: PlaceDeps;
  /** The count of this minute that has no room for a post of the webhook; undefined if there is room. */
  readonly fullCounter: (webhook: WebhookMessage) => Promise<FullCounter | undefined>;
  /** Takes a post for which there was room, and which is not made, off its counts. Never throws. */
  readonly giveRoomBack: (webhook: WebhookMessage) => Promise<void>;
  readonly limits: MinuteLimits;
  /** Sends webhooks that are given up, and bodies that cannot be read, to the dead-letter queue. */
  readonly deadLetter: (letters: readonly DeadLetter[]) => Promise<void>;
  readonly slow: SlowReceivers;
  /** Attempts after which a webhook is given up. */
  readonly mostAttempts: number;
  readonly now: () => string;
  /** At least 0, less than 1. */
  readonly random: () => number;
  readonly count: (totals: WebhookTotals) => void;
  /** Adds to the counts of a minute that operators see. */
  readonly countWebhooks: (minute: OutcomeMinute) => Promise<void>;
  /** Called with an error of that count: the webhooks are done all the same. */
  readonly uncounted: (step: string, error: unknown) => void;
  readonly log: Log;
};
