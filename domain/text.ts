import * as z from 'zod';

/** A text that fits and that can be stored: DynamoDB refuses half of a surrogate pair. */
export const text = (max: number) =>
  z
    .string()
    .max(max)
    .refine((given) => given.isWellFormed(), 'Not a valid text.');

/** Ids become attributes of messages, of which SNS and SQS refuse these characters. */
export const plain = /^[^\p{Cc}\p{Cs}\uFFFE\uFFFF]*$/u;
export const notPlain = 'Must not hold control characters.';

/** Longer values are cut where a refusal shows them, in characters. */
const longestShown = 300;

/** A text as a refusal shows it: its first 300 characters, with three dots if there are more. */
export const shortened = (text: string): string =>
  text.length <= longestShown ? text : `${text.slice(0, longestShown)}...`;
