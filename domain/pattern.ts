/**
 * Regular expressions that untrusted callers write, as in Nova's filters. They have RE2's syntax
 * and run on its engine: the time of a match grows at most with text length times pattern size.
 */
import type { RE2JS } from 're2js';
import * as z from 'zod';
import { re2js } from './on-demand.ts';

/**
 * The most instructions of a compiled pattern. With more, a search in 10,000 names takes too long.
 */
const mostInstructions = 256;

/** A compiled pattern. `isIn` returns whether the pattern occurs anywhere in the text. */
export type Pattern = { readonly isIn: (text: string) => boolean };

/** Undefined if the text is not a regular expression, or is too long. */
function compiled(text: string): RE2JS | undefined {
  const engine = re2js();
  try {
    const pattern = engine.RE2JS.compile(text);
    return pattern.programSize() <= mostInstructions ? pattern : undefined;
  } catch (error) {
    if (error instanceof engine.RE2JSException) return undefined;
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
