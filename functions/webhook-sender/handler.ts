/**
 * Calls the actions of alarms. All messages of a batch are sent at the same time, independent of
 * each other. A failed attempt is queued again with a delay in the queue of retries, so that no
 * receiver delays the first attempts for others. Projects share the senders of first attempts by
 * places: each project has a few. A message without a place is queued again, in the queue of
 * retries if a receiver of the project hung. A post for which its receiver or its project has no
 * room in this minute waits in the queue of retries, for as long as its tries may take in all. The
 * outcome of each attempt is recorded on the row of the firing. A message is dropped if its webhook
 * has its final outcome, or if a later attempt of it is queued already. A retry is dropped, too, if
 * its alarm was deleted: the owner no longer wants it.
 */
import { type Log, onBatches, type QueueMessage } from '../../adapters/lambda.ts';
import {
  alarmsOfWebhook,
  schemeOf,
  shownAction,
  WebhookMessage,
  type WebhookOutcome,
  type webhookResults,
} from '../../domain/delivery/webhook.ts';
import {
  type CountedOutcome,
  type OutcomeMinute,
  outcomeMinute,
} from '../../domain/delivery/webhook-counts.ts';
import type { FullCounter, MinuteLimits } from '../../domain/delivery/webhook-minute.ts';
import { type Answer, verdictOf } from '../../domain/delivery/webhook-retry.ts';
import { waitedTooLong, waitSeconds } from '../../domain/delivery/webhook-wait.ts';
import type { DeadLetter } from '../../domain/events/messages.ts';
import { type CallDeps, callAction } from './call-action.ts';
import { type BatchPlaces, batchPlaces, type PlaceDeps } from './places.ts';
import type { SlowReceivers } from './slow-receivers.ts';

/** The outcome of a message; `refused`: given up without a call; `known`: there was nothing left to do. */
type Done =
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

/** The handler of the queues of webhooks. */
export const webhookSender = (deps: WebhookSenderDeps) =>
  onBatches({
    log: deps.log,
    begin: (): Batch => ({ places: batchPlaces(deps.places), seen: new Set(), done: [] }),
    consume: async (message, batch) => {
      const done = await handle(deps, message, batch);
      batch.done.push(done);
      return done;
    },
    end: ({ done }) => countDone(deps, done),
    report: (done) => {
      const totals = Object.fromEntries(
        [...Map.groupBy(done, (each) => each)].map(([each, all]) => [each, all.length]),
      );
      deps.count(totals);
      deps.log.info('webhooks', totals);
    },
  });

/**
 * The messages of a batch share places, the set of attempts that were seen in the batch, and what
 * was done.
 */
type Batch = { readonly places: BatchPlaces; readonly seen: Set<string>; readonly done: Done[] };

/** The outcomes that operators see counted. */
const counted: Partial<Record<Done, CountedOutcome>> = {
  delivered: 'delivered',
  retrying: 'retried',
  'given up': 'given_up',
  refused: 'refused',
};

/** Counts the outcomes of a batch, in one write. Never throws. */
async function countDone(
  { countWebhooks, uncounted, now }: WebhookSenderDeps,
  done: readonly Done[],
): Promise<void> {
  const minute = outcomeMinute(
    done.flatMap((each) => counted[each] ?? []),
    now(),
  );
  try {
    if (minute) await countWebhooks(minute);
  } catch (error) {
    uncounted('webhooks of a minute', error);
  }
}

async function handle(
  deps: WebhookSenderDeps,
  { body }: QueueMessage,
  { places, seen }: Batch,
): Promise<Done> {
  const webhook = readMessage(body);
  if (typeof webhook === 'string') {
    await deps.deadLetter([{ reason: webhook, element: body }]);
    return 'unreadable';
  }
  const attempt = `${webhook.webhook_id} ${webhook.attempts}`;
  if (seen.has(attempt)) return 'known';
  seen.add(attempt);
  if (!mayHang(webhook)) return handleNew(deps, webhook, places);
  if (deps.slow.isSlow(webhook.action)) {
    await deps.divert(webhook);
    return 'diverted';
  }
  try {
    return await handleNew(deps, webhook, places);
  } finally {
    await places.leave(webhook.project_id);
  }
}

const isPost = ({ action }: WebhookMessage): boolean => /^https?$/.test(schemeOf(action));
/** True for those whose receiver may hang and hold up the senders of first tries. */
const mayHang = (webhook: WebhookMessage): boolean => webhook.lane === 'first' && isPost(webhook);

/**
 * Makes the try of a webhook that this batch has not seen, if it is to be made and there is room.
 * Room is taken beside the place, and given back if the try is not made.
 */
async function handleNew(
  deps: WebhookSenderDeps,
  webhook: WebhookMessage,
  places: BatchPlaces,
): Promise<Done> {
  const needsPlace = mayHang(webhook);
  const asksLater = needsPlace && deps.places.isFull(webhook.project_id);
  const asking = isPost(webhook) && !asksLater ? deps.fullCounter(webhook) : undefined;
  // An error is that of the webhook, below; here it must not be one that nothing waits for.
  asking?.catch(() => undefined);
  const done = await unlessToSend(deps, webhook, places);
  if (done !== undefined) {
    await asking;
    await deps.giveRoomBack(webhook);
    return done;
  }
  const full = await (asking ?? (isPost(webhook) ? deps.fullCounter(webhook) : undefined));
  if (full) return wait(deps, webhook, full);
  return call(deps, webhook, places);
}

/** What was done with a webhook that is not to be sent now; undefined if it is. */
async function unlessToSend(
  deps: WebhookSenderDeps,
  webhook: WebhookMessage,
  places: BatchPlaces,
): Promise<Done | undefined> {
  // The first webhook of a project reads its outcome while it takes a place. The others wait for that
  // place first, and need no read if there is none.
  const needsPlace = mayHang(webhook);
  const reading =
    needsPlace && places.isAsked(webhook.project_id) ? undefined : deps.outcome(webhook);
  const [place, read, isWanted] = await Promise.all([
    needsPlace ? places.of(webhook.project_id) : 'held',
    reading,
    isNew(webhook) || hasAlarm(deps, webhook),
  ]);
  if (read && isSettled(webhook, read)) return 'known';
  if (!isWanted) return drop(deps, webhook);
  if (place === 'hung') {
    await deps.divert(webhook);
    return 'diverted';
  }
  if (place === 'busy') {
    await deps.defer(webhook);
    return 'deferred';
  }
  const known = reading ? undefined : await deps.outcome(webhook);
  return known && isSettled(webhook, known) ? 'known' : undefined;
}

/** Makes the try, and records that a receiver hung. */
async function call(
  deps: WebhookSenderDeps,
  { waiting_since: _, ...webhook }: WebhookMessage,
  places: BatchPlaces,
): Promise<Done> {
  const answered = places.watch(webhook.project_id);
  const answer = await callAction(deps, webhook).finally(answered);
  if (answer.kind === 'unanswered' && answer.timedOut) {
    deps.slow.note(webhook.action);
    places.noteHung(webhook.project_id);
  }
  return settle(deps, webhook, answer);
}

/** True for a webhook that was neither tried before nor has waited: its alarm was there a moment ago. */
const isNew = ({ attempts, waiting_since }: WebhookMessage): boolean =>
  attempts === 0 && waiting_since === undefined;

/** True if one of the alarms that the webhook reports was not deleted. */
async function hasAlarm({ isAlarm }: WebhookSenderDeps, webhook: WebhookMessage): Promise<boolean> {
  const found = await Promise.all(alarmsOfWebhook(webhook).map(isAlarm));
  return found.includes(true);
}

/** True if the webhook has its final outcome, or a later attempt of it is queued already. */
const isSettled = ({ attempts }: WebhookMessage, known: WebhookOutcome): boolean =>
  known.result !== 'retrying' || attempts < known.attempts;

/** Queues a webhook without room for a later minute, or gives it up if it has waited too long. */
async function wait(
  deps: WebhookSenderDeps,
  webhook: WebhookMessage,
  full: FullCounter,
): Promise<Done> {
  const now = deps.now();
  const { waiting_since: since = now, attempts } = webhook;
  const { mostAttempts } = deps;
  const delay = waitSeconds({ now, since, mostAttempts, random: deps.random() });
  if (delay !== undefined) {
    await deps.again({ ...webhook, waiting_since: since }, delay);
    return 'waiting';
  }
  const reason = waitedTooLong(full, deps.limits);
  await deps.deadLetter([{ reason: `given up: ${reason}`, element: webhook }]);
  const verdict = { result: 'given up', attempts, status: null, reason } as const;
  await deps.note(webhook, { action: shownAction(webhook.action), ...verdict, at: now });
  return verdict.result;
}

/** Queues the retry or dead letter before it records the outcome: nothing is sent after that record. */
async function settle(
  deps: WebhookSenderDeps,
  webhook: WebhookMessage,
  answer: Answer,
): Promise<Done> {
  const attempts = webhook.attempts + 1;
  const { delaySeconds, ...verdict } = verdictOf(answer, {
    attempts,
    most: deps.mostAttempts,
    random: deps.random(),
  });
  if (delaySeconds !== undefined) await deps.again({ ...webhook, attempts }, delaySeconds);
  if (verdict.result === 'given up') {
    const reason = `given up after ${attempts} of ${deps.mostAttempts} tries: ${verdict.reason}`;
    await deps.deadLetter([{ reason, element: { ...webhook, attempts } }]);
  }
  await deps.note(webhook, { action: shownAction(webhook.action), ...verdict, at: deps.now() });
  return answer.kind === 'refused' ? 'refused' : verdict.result;
}

/**
 * Ends a webhook whose alarm was deleted. Its owner does not want it any more, so there is no dead
 * letter.
 */
async function drop(deps: WebhookSenderDeps, webhook: WebhookMessage): Promise<Done> {
  const { action, attempts } = webhook;
  const reason = 'its alarm was deleted';
  const verdict = { result: 'dropped', attempts, status: null, reason } as const;
  await deps.note(webhook, { action: shownAction(action), ...verdict, at: deps.now() });
  return verdict.result;
}

/** The message in a body, or the reason why it cannot be read. */
function readMessage(body: string): WebhookMessage | string {
  try {
    const parsed = WebhookMessage.safeParse(JSON.parse(body));
    return parsed.success ? parsed.data : `not a webhook: ${parsed.error.message}`;
  } catch {
    return 'not JSON';
  }
}
