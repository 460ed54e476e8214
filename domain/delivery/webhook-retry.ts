/** What an answer to a webhook means: done, to be tried again, or given up. */
import type { WebhookOutcome } from './webhook.ts';

/** What came of one try. */
export type Answer =
  /** The receiver's status, and for how long it asks to be left alone, in seconds. */
  | { readonly kind: 'answered'; readonly status: number; readonly retryAfterSeconds?: number }
  /** No answer: a connection that failed, or the time that was over. */
  | { readonly kind: 'unanswered'; readonly reason: string; readonly timedOut: boolean }
  /** Never sent, and not to be: an address that is not allowed, or no URL. */
  | { readonly kind: 'refused'; readonly reason: string };

/** What is known of a webhook after a try; `delaySeconds` if there is to be another. */
export type Verdict = Pick<WebhookOutcome, 'result' | 'attempts' | 'status' | 'reason'> & {
  readonly delaySeconds?: number;
};

type Tries = {
  /** Tries made, this one included. */
  readonly attempts: number;
  /** Tries after which a webhook is given up. */
  readonly most: number;
  /** At least 0, less than 1. */
  readonly random: number;
};

/** SQS delays nothing for longer. */
const longestDelay = 900;

/** Statuses that a later try may change: too slow, too many, and the receiver's own failures. */
const passing = (status: number): boolean => status === 408 || status === 429 || status >= 500;

/** The verdict on a try. Redirects are not followed: a 3xx is given up like every other refusal. */
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
  const delaySeconds = Math.min(Math.max(backoff(attempts, random), asked), longestDelay);
  return { result: 'retrying', ...known, delaySeconds };
}

/** Whole seconds that double from try to try, the second half of them left to chance. */
function backoff(attempts: number, random: number): number {
  const whole = Math.min(2 ** attempts, longestDelay);
  return Math.ceil(whole * (0.5 + random / 2));
}
