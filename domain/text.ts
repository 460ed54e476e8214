import * as z from 'zod';

/** A text that fits and that can be stored: DynamoDB refuses half of a surrogate pair. */
export const text = (max: number) =>
  z
    .string()
    .max(max)
    .refine((given) => given.isWellFormed(), 'Not a valid text.');
