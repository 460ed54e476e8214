/** What the answer to a webhook means: delivered, to be retried, or given up. */
import { grownPause, spread } from '../back-off.ts';
import type { WebhookOutcome } from './webhook.ts';

/** The result of one try. */
export type Answer =
  /** The receiver's HTTP status, and its `Retry-After` in seconds if it sent one. */
  | { readonly kind: 'answered'; readonly status: number; readonly retryAfterSeconds?: number }
  /** No answer: the connection failed, or the timeout was reached. */
  | { readonly kind: 'unanswered'; readonly reason: string; readonly timedOut: boolean }
  /** Not sent and not to be retried: the address is not allowed, or the action is not a URL. */
  | { readonly kind: 'refused'; readonly reason: string };

/** The state of a webhook after a try. `delaySeconds` is set if it is to be retried. */
export type Verdict = Pick<WebhookOutcome, 'result' | 'attempts' | 'status' | 'reason'> & {
  readonly delaySeconds?: number;
};

type Tries = {
  /** Tries made, this one included. */
  readonly attempts: number;
  /** The number of tries after which a webhook is given up. */
  readonly most: number;
  /** A random number, at least 0 and less than 1. */
  readonly random: number;
};

/** The first pause, and the longest delay of a message in SQS, in seconds. */
const pauses = { first: 2, longest: 900 };

/** Statuses after which a retry may succeed: 408, 429, and the receiver's own failures. */
const passing = (status: number): boolean => status === 408 || status === 429 || status >= 500;

/** The state after a try. Redirects are not followed: a 3xx is given up, as any other refusal. */
export function verdictOf(answer: Answer, tries: Tries): Verdict {
  const { attempts } = tries;
  if (answer.kind === 'refused') {
    return { result: 'given up', attempts, status: null, reason: answer.reason };
  }
  if (answer.kind === 'unanswered') {
    return againOr({ attempts, status: null, reason: answer.reason }, tries);
  }
  const { status, retryAfterSeconds } = answer;
  if (status >= 200 && status < 300) return { result: 'delivered', attempts, status, reason: '' };
  const reason = `answered ${status}`;
  if (!passing(status)) return { result: 'given up', attempts, status, reason };
  return againOr({ attempts, status, reason }, tries, retryAfterSeconds);
}

function againOr(
  known: Pick<Verdict, 'attempts' | 'status' | 'reason'>,
  { attempts, most, random }: Tries,
  asked = 0,
): Verdict {
  if (attempts >= most) return { result: 'given up', ...known };
  const delaySeconds = Math.min(Math.max(pauseAfterTry(attempts, random), asked), pauses.longest);
  return { result: 'retrying', ...known, delaySeconds };
}

/** The longest time that all tries of a webhook take together, in seconds. */
export const retryAgeSeconds = (mostAttempts: number): number =>
  Array.from({ length: mostAttempts - 1 }, (_, n) => grownPause(n + 1, pauses)).reduce(
    (sum, seconds) => sum + seconds,
    0,
  );

/** Whole seconds until the next try. */
const pauseAfterTry = (attempts: number, random: number): number =>
  Math.ceil(spread(grownPause(attempts, pauses), random));
