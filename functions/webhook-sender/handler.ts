/**
 * Tells the actions of alarms. The messages of a batch are sent all at once, each for itself. A try
 * that failed is queued again, to be seen after a while, in the queue of further tries, so that no
 * receiver delays another's first. Projects share the senders of first tries by places: a project has
 * few, and what finds none is queued again, in the other queue if a receiver of the project hung. Whatever is tried, its outcome is noted on the firing's row; a
 * message that comes again after its last word, or after a further try of it was queued, is dropped. So is a
 * further try whose alarm was deleted: its owner no longer wants it.
 */
import { type Log, onBatches, type QueueMessage } from '../../adapters/lambda.ts';
import {
  schemeOf,
  shownAction,
  WebhookMessage,
  type WebhookOutcome,
  type webhookResults,
} from '../../domain/delivery/webhook.ts';
import { type Answer, verdictOf } from '../../domain/delivery/webhook-retry.ts';
import type { DeadLetter } from '../../domain/events/messages.ts';
import { type BatchPlaces, batchPlaces, type PlaceDeps } from './places.ts';
import type { SlowReceivers } from './slow-receivers.ts';
import { type TellDeps, tell } from './tell.ts';

/** What became of a message; `known` if nothing is left to do for it. */
type Done = (typeof webhookResults)[number] | 'diverted' | 'deferred' | 'known' | 'unreadable';
export type Totals = Readonly<Partial<Record<Done, number>>>;

export type Deps = TellDeps & {
  /** What is known of a webhook, read consistently. */
  readonly outcome: (webhook: WebhookMessage) => Promise<WebhookOutcome | undefined>;
  /** Whether there is an alarm with this id, read consistently. Ids are never used again. */
  readonly isAlarm: (alarm_id: string) => Promise<boolean>;
  readonly note: (webhook: WebhookMessage, outcome: WebhookOutcome) => Promise<void>;
  /** Queues a further try. */
  readonly again: (webhook: WebhookMessage, delaySeconds: number) => Promise<void>;
  /** Queues a first try among further ones, to be made at once. */
  readonly divert: (webhook: WebhookMessage) => Promise<void>;
  /** Queues a first try once more, among first tries, for a little later. */
  readonly defer: (webhook: WebhookMessage) => Promise<void>;
  readonly places: PlaceDeps;
  readonly bury: (letters: readonly DeadLetter[]) => Promise<void>;
  readonly slow: SlowReceivers;
  /** Tries after which a webhook is given up. */
  readonly mostAttempts: number;
  readonly now: () => string;
  /** At least 0, less than 1. */
  readonly random: () => number;
  readonly count: (totals: Totals) => void;
  readonly log: Log;
};

export const createHandler = (deps: Deps) =>
  onBatches({
    log: deps.log,
    begin: (): Batch => ({ places: batchPlaces(deps.places), seen: new Set() }),
    consume: (message, batch) => handle(deps, message, batch),
    end: ({ places }) => places.end(),
    report: (done) => {
      const totals = Object.fromEntries(
        [...Map.groupBy(done, (each) => each)].map(([each, all]) => [each, all.length]),
      );
      deps.count(totals);
      deps.log.info('webhooks', totals);
    },
  });

/** What the messages of a batch share: places, and the tries that are made of it. */
type Batch = { readonly places: BatchPlaces; readonly seen: Set<string> };

async function handle(deps: Deps, { body }: QueueMessage, { places, seen }: Batch): Promise<Done> {
  const webhook = readMessage(body);
  if (typeof webhook === 'string') {
    await deps.bury([{ reason: webhook, element: body }]);
    return 'unreadable';
  }
  const attempt = `${webhook.webhook_id} ${webhook.attempts}`;
  if (seen.has(attempt)) return 'known';
  seen.add(attempt);
  const mayHang = webhook.lane === 'first' && /^https?$/.test(schemeOf(webhook.action));
  if (mayHang && deps.slow.isSlow(webhook.action)) {
    await deps.divert(webhook);
    return 'diverted';
  }
  // The first of a project is looked up meanwhile; the others wait for its place, and may need no look.
  const reading = mayHang && places.isAsked(webhook.project_id) ? undefined : deps.outcome(webhook);
  const [place, read, isWanted] = await Promise.all([
    mayHang ? places.of(webhook.project_id) : 'held',
    reading,
    webhook.attempts === 0 || deps.isAlarm(webhook.body.alarm_id),
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
  if (known && isSettled(webhook, known)) return 'known';
  const answer = await tell(deps, webhook);
  if (answer.kind === 'unanswered' && answer.timedOut) {
    deps.slow.note(webhook.action);
    places.noteHung(webhook.project_id);
  }
  return settle(deps, webhook, answer);
}

/** Whether it has had its last word, or a further try of it was queued before this try was noted. */
const isSettled = ({ attempts }: WebhookMessage, known: WebhookOutcome): boolean =>
  known.result !== 'retrying' || attempts < known.attempts;

/** What is still owed is queued before anything is noted: a note is the last word, and may be lost. */
async function settle(deps: Deps, webhook: WebhookMessage, answer: Answer): Promise<Done> {
  const attempts = webhook.attempts + 1;
  const { delaySeconds, ...told } = verdictOf(answer, {
    attempts,
    most: deps.mostAttempts,
    random: deps.random(),
  });
  if (delaySeconds !== undefined) await deps.again({ ...webhook, attempts }, delaySeconds);
  if (told.result === 'given up') {
    const reason = `given up after ${attempts} of ${deps.mostAttempts} tries: ${told.reason}`;
    await deps.bury([{ reason, element: { ...webhook, attempts } }]);
  }
  await deps.note(webhook, { action: shownAction(webhook.action), ...told, at: deps.now() });
  return told.result;
}

/** Ends a webhook whose alarm was deleted. Nobody is owed anything more, so there is no dead letter. */
async function drop(deps: Deps, { attempts, ...webhook }: WebhookMessage): Promise<Done> {
  const result = 'dropped';
  const told = { result, attempts, status: null, reason: 'its alarm was deleted' } as const;
  const outcome = { action: shownAction(webhook.action), ...told, at: deps.now() };
  await deps.note({ ...webhook, attempts }, outcome);
  return result;
}

/** The message in a body, or why there is none. */
function readMessage(body: string): WebhookMessage | string {
  try {
    const parsed = WebhookMessage.safeParse(JSON.parse(body));
    return parsed.success ? parsed.data : `not a webhook: ${parsed.error.message}`;
  } catch {
    return 'not JSON';
  }
}
