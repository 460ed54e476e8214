/** What a Lambda function's answer takes: 6 MB, in which the body is JSON inside JSON. */

/** Leaves room for headers and for what stands around a list. */
export const mostAnswerBytes = 5_900_000;

/** The bytes that a value takes of an answer, its quotes escaped. */
export const answerBytes = (value: unknown): number =>
  Buffer.byteLength(JSON.stringify(JSON.stringify(value)));

/** As many items of a list, from its start and one at least, as an answer holds. */
export function fitting<T>(items: readonly T[]): readonly T[] {
  let bytes = 0;
  const end = items.findIndex((item, n) => {
    bytes += answerBytes(item);
    return bytes > mostAnswerBytes && n > 0;
  });
  return end < 0 ? items : items.slice(0, end);
}
