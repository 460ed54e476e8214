/** One attempt to send a webhook, if it is still to be sent, and its project and receiver have room. */
import {
  alarmsOfWebhook,
  schemeOf,
  type WebhookMessage,
  type WebhookOutcome,
} from '../../domain/delivery/webhook.ts';
import { shareOf } from '../../domain/delivery/webhook-place.ts';
import { callAction } from './call-action.ts';
import type { Done, WebhookSenderDeps } from './deps.ts';
import { drop, settle, wait } from './finish.ts';
import type { BatchPlaces } from './places.ts';

/** True for those whose receiver may hang and keep a sender waiting. */
export const mayHang = ({ action }: WebhookMessage): boolean => /^https?$/.test(schemeOf(action));

/**
 * Makes the try of a webhook that this batch has not seen, if it is to be made and there is room.
 * Room is taken beside the place, and given back if the try is not made.
 */
export async function attempt(
  deps: WebhookSenderDeps,
  webhook: WebhookMessage,
  places: BatchPlaces,
): Promise<Done> {
  const isRetry = webhook.lane === 'later' && mayHang(webhook);
  // Many retries may wait for a place, so little is requested for one that gets none.
  if (isRetry && (await places.of(shareOf(webhook))) !== 'held') {
    return wait(deps, webhook, 'senders');
  }
  const asksNow = mayHang(webhook) && !deps.places.wasFull(shareOf(webhook));
  const asking = asksNow ? deps.fullCounter(webhook) : undefined;
  // An error is that of the webhook, below; here it must not be one that nothing waits for.
  asking?.catch(() => undefined);
  const done = await unlessToSend(deps, webhook, places);
  if (done !== undefined) {
    await asking;
    await deps.giveRoomBack(webhook);
    return done;
  }
  const full = await (asking ?? (mayHang(webhook) ? deps.fullCounter(webhook) : undefined));
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
  const needsPlace = webhook.lane === 'first' && mayHang(webhook);
  const share = shareOf(webhook);
  const reading = needsPlace && places.isAsked(share) ? undefined : deps.outcome(webhook);
  const [place, read, isWanted] = await Promise.all([
    needsPlace ? places.of(share) : 'held',
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

/**
 * Makes the try, and records that a receiver hung. A retry does not keep its place after that: its next
 * try is later in any case.
 */
async function call(
  deps: WebhookSenderDeps,
  { waiting_since: _, ...webhook }: WebhookMessage,
  places: BatchPlaces,
): Promise<Done> {
  const isFirst = webhook.lane === 'first';
  const share = shareOf(webhook);
  const answered = isFirst ? places.watch(share) : () => undefined;
  const answer = await callAction(deps, webhook).finally(answered);
  if (answer.kind === 'unanswered' && answer.timedOut) {
    deps.slow.note(webhook.action);
    if (isFirst) places.noteHung(share);
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
