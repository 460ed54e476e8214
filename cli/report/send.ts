/**
 * Sends a report, and repeats it until it is accepted, because no monitor repeats a command that
 * failed.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { grownPause, spread } from '../../domain/back-off.ts';
import { Failure } from '../session.ts';
import type { ReportAccount } from './account.ts';

/** The longest wait for one answer, in milliseconds. */
const longestWait = 6_000;
/** The first and the longest pause, in milliseconds. */
const pauses = { first: 500, longest: 4_000 };

/** An answer; `status` is 0 if there was none, and `text` says why. */
type Answer = { readonly status: number; readonly text: string };

export type Outgoing = {
  /** The path below the URL of the account. */
  readonly path: string;
  readonly body: string | Uint8Array<ArrayBuffer>;
  /** What the report is about, for messages. */
  readonly what: string;
};

/**
 * Sends it until it is accepted, for about `timeout` seconds. An answer 5xx and a connection that fails are
 * tried again. Returns the line to print. @throws Failure if it was refused, or not accepted in time
 */
export async function sendReport(
  { path, body, what }: Outgoing,
  { url, authorization }: ReportAccount,
  timeout: number,
): Promise<string> {
  const deadline = Date.now() + timeout * 1000;
  for (let tries = 1; ; tries++) {
    const wait = Math.min(Math.max(deadline - Date.now(), 1_000), longestWait);
    const { status, text } = await once(`${url}${path}`, body, authorization, wait);
    if (status >= 200 && status < 300) return `${what} is reported (HTTP ${status}). ${text}`;
    if (status !== 0 && status < 500) {
      throw new Failure(`${what} is refused (HTTP ${status}): ${text}`, { status });
    }
    const pause = spread(grownPause(tries, pauses), Math.random());
    if (Date.now() + pause > deadline) {
      const why = status === 0 ? `no answer: ${text}` : `HTTP ${status}: ${text}`;
      throw new Failure(`${what} is not reported after ${tries} tries: ${why}`);
    }
    await sleep(pause);
  }
}

async function once(
  url: string,
  body: Outgoing['body'],
  authorization: string,
  wait: number,
): Promise<Answer> {
  const headers = {
    Authorization: authorization,
    'Content-Type': 'application/json',
    Accept: 'application/json',
  };
  try {
    // A redirect is not followed: it would lose the body, or carry the credential elsewhere.
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      headers,
      body,
      signal: AbortSignal.timeout(wait),
    });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { status: 0, text: cause instanceof Error ? cause.message : String(cause) };
  }
}
