/**
 * Calls the actions of alarms. All messages of a batch are sent at the same time, independent of
 * each other. A failed attempt is queued again with a delay in the queue of retries, so that no
 * receiver delays the first attempts for others. Projects share the senders of first attempts, and
 * those of retries, by places: each project has a few. A first attempt without a place is queued
 * again, in the queue of retries if a receiver of the project hung; a retry without a place waits. A post for which its receiver or its project has no
 * room in this minute waits in the queue of retries, for as long as its tries may take in all. The
 * outcome of each attempt is recorded on the row of the firing. A message is dropped if its webhook
 * has its final outcome, or if a later attempt of it is queued already. A retry is dropped, too, if
 * its alarm was deleted: the owner no longer wants it.
 */
import { onBatches, type QueueMessage } from '../../adapters/lambda.ts';
import { WebhookMessage } from '../../domain/delivery/webhook.ts';
import { type CountedOutcome, outcomeMinute } from '../../domain/delivery/webhook-counts.ts';
import { shareOf } from '../../domain/delivery/webhook-place.ts';
import { attempt, mayHang } from './attempt.ts';
import type { Done, WebhookSenderDeps } from './deps.ts';
import { type BatchPlaces, batchPlaces } from './places.ts';

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
  const key = `${webhook.webhook_id} ${webhook.attempts}`;
  if (seen.has(key)) return 'known';
  seen.add(key);
  if (!mayHang(webhook)) return attempt(deps, webhook, places);
  if (webhook.lane === 'first' && deps.slow.isSlow(webhook.action)) {
    await deps.divert(webhook);
    return 'diverted';
  }
  try {
    return await attempt(deps, webhook, places);
  } finally {
    await places.leave(shareOf(webhook));
  }
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
