/**
 * What fits a Lambda function's request and its answer: 6 MB each, in which the body is JSON inside
 * JSON. Emulators have no such limits, so Doctor checks them: the refusal is the same everywhere.
 * Source: AWS Lambda's quotas. API Gateway's own limit for a request, 10 MB, is never reached.
 */
import { DomainError } from '../../domain/errors.ts';

/** Leaves room for the rest of the event, of which AWS takes at most some 10 kB of headers. */
export const mostRequestBytes = 5_900_000;

/** Leaves room for the answer's headers. */
const mostBodyBytes = 6_000_000;

/** The most bytes of a list in an answer. It leaves room for headers and for the list's envelope. */
export const mostAnswerBytes = 5_900_000;

/** The bytes of a text inside JSON; undefined if the text is so short that it surely fits. */
const bytesInJson = (text: string): number | undefined =>
  text.length * 6 <= mostRequestBytes ? undefined : Buffer.byteLength(JSON.stringify(text));

const inMegabytes = (bytes: number): string => `${(bytes / 1_000_000).toFixed(1)} MB`;

/** @throws DomainError `too_large` for a body that AWS would not pass to a function. */
export function requireFittingRequest(text: string | undefined): void {
  const bytes = bytesInJson(text ?? '') ?? 0;
  if (bytes <= mostRequestBytes) return;
  throw new DomainError(
    'too_large',
    `The request is too large: its body takes ${inMegabytes(bytes)} as JSON text, and at most ${inMegabytes(mostRequestBytes)} fit.`,
  );
}

/** @throws DomainError `too_large` for an answer that AWS would not accept from a function. */
export function requireFittingAnswer(text: string): void {
  const bytes = bytesInJson(text) ?? 0;
  if (bytes <= mostBodyBytes) return;
  throw new DomainError(
    'too_large',
    `The answer is too large: it takes ${inMegabytes(bytes)} as JSON text, and at most ${inMegabytes(mostBodyBytes)} fit. Ask for less at once, as with limit or with a filter.`,
  );
}

/** The bytes of a value in an answer, where its quotes are escaped. */
export const answerBytes = (value: unknown): number =>
  Buffer.byteLength(JSON.stringify(JSON.stringify(value)));

/** As many items from the start of a list as an answer holds; at least one. */
export function fitting<T>(items: readonly T[]): readonly T[] {
  let bytes = 0;
  const end = items.findIndex((item, n) => {
    bytes += answerBytes(item);
    return bytes > mostAnswerBytes && n > 0;
  });
  return end < 0 ? items : items.slice(0, end);
}
