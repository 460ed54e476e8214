/** Records how an attempt ended: it waits, is made again, or the webhook has its final outcome. */
import { shownAction, type WebhookMessage } from '../../domain/delivery/webhook.ts';
import { type Answer, verdictOf } from '../../domain/delivery/webhook-retry.ts';
import { type WaitReason, waitedTooLong, waitSeconds } from '../../domain/delivery/webhook-wait.ts';
import type { Done, WebhookSenderDeps } from './deps.ts';

/** Queues a webhook without room for later, or gives it up if it has waited too long. */
export async function wait(
  deps: WebhookSenderDeps,
  webhook: WebhookMessage,
  why: WaitReason,
): Promise<Done> {
  const now = deps.now();
  const { waiting_since: since = now, attempts } = webhook;
  const { mostAttempts } = deps;
  const delay = waitSeconds({ why, now, since, mostAttempts, random: deps.random() });
  if (delay !== undefined) {
    await deps.again({ ...webhook, waiting_since: since }, delay);
    return 'waiting';
  }
  const reason = waitedTooLong(why, deps.limits);
  await deps.deadLetter([{ reason: `given up: ${reason}`, element: webhook }]);
  const verdict = { result: 'given up', attempts, status: null, reason } as const;
  await deps.note(webhook, { action: shownAction(webhook.action), ...verdict, at: now });
  return verdict.result;
}

/** Queues the retry or dead letter before it records the outcome: nothing is sent after that record. */
export async function settle(
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
export async function drop(deps: WebhookSenderDeps, webhook: WebhookMessage): Promise<Done> {
  const { action, attempts } = webhook;
  const reason = 'its alarm was deleted';
  const verdict = { result: 'dropped', attempts, status: null, reason } as const;
  await deps.note(webhook, { action: shownAction(action), ...verdict, at: deps.now() });
  return verdict.result;
}
