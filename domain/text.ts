import { memoize } from 'es-toolkit';
import * as z from 'zod';

/**
 * A text of at most `max` characters that DynamoDB can store: it refuses half of a surrogate pair. One
 * schema for each length, because a schema takes time to make when a function starts.
 */
export const text = memoize((max: number) =>
  z
    .string()
    .max(max)
    .refine((given) => given.isWellFormed(), 'Not a valid text.'),
);

/**
 * For ids that become attributes of messages: without the characters that SNS and SQS refuse there.
 */
export const plain = /^[^\p{Cc}\p{Cs}\uFFFE\uFFFF]*$/u;
/** The message for a text that does not match `plain`. */
export const notPlain = 'Must not contain control characters.';

/** The most characters of a value that a refusal shows. */
const longestShown = 300;

/** A text as a refusal shows it: at most 300 characters, then three dots if it was cut. */
export const shortened = (text: string): string =>
  text.length <= longestShown ? text : `${text.slice(0, longestShown)}...`;
