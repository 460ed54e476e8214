/** What a Lambda function's answer takes: 6 MB, in which the body is JSON inside JSON. */

/** Leaves room for headers and for what stands around a list. */
export const mostAnswerBytes = 5_900_000;

/** The bytes that a value takes of an answer, its quotes escaped. */
export const answerBytes = (value: unknown): number =>
  Buffer.byteLength(JSON.stringify(JSON.stringify(value)));
