/**
 * Regular expressions that strangers write, as Nova takes them in its filters. RE2's syntax and
 * engine: what a match takes grows with text times pattern, whatever is written.
 */
import { RE2JS, RE2JSException } from 're2js';
import * as z from 'zod';

/** Instructions of a compiled pattern: more and a list of 10,000 names would take too long. */
const mostInstructions = 256;

/** Finds the pattern anywhere in a text. */
export type Pattern = { readonly isIn: (text: string) => boolean };

/** Undefined if the text is no regular expression, or too long a one. */
function compiled(text: string): RE2JS | undefined {
  try {
    const pattern = RE2JS.compile(text);
    return pattern.programSize() <= mostInstructions ? pattern : undefined;
  } catch (error) {
    if (error instanceof RE2JSException) return undefined;
    throw error;
  }
}

/** A regular expression of at most 255 characters. */
export const Pattern = z
  .string()
  .max(255)
  .transform((text, context): Pattern => {
    const pattern = compiled(text);
    if (!pattern) {
      context.addIssue({
        code: 'custom',
        message: 'Must be a regular expression, in the syntax of RE2 and not too long.',
      });
      return z.NEVER;
    }
    return { isIn: (given) => pattern.matcher(given).find() };
  });
