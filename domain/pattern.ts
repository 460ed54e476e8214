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

/**
 * A compiled pattern that matches a whole text. `capture` returns its first group, or the text if it has
 * no group; undefined if the text does not match, or is longer than 1,024 characters.
 */
export type WholePattern = { readonly capture: (text: string) => string | undefined };

/** The longest text that a `WholePattern` is compared with. */
const longestText = 1_024;

function captureOf(pattern: RE2JS, text: string): string | undefined {
  if (text.length > longestText) return undefined;
  const matcher = pattern.matcher(text);
  if (!matcher.matches()) return undefined;
  return pattern.groupCount() > 0 ? (matcher.group(1) ?? '') : text;
}

/** A regular expression of at most 255 characters, compiled by RE2. */
const Compiled = z
  .string()
  .max(255)
  .transform((text, context): RE2JS => {
    const pattern = compiled(text);
    if (!pattern) {
      context.addIssue({
        code: 'custom',
        message: 'Must be a regular expression, in the syntax of RE2 and not too long.',
      });
      return z.NEVER;
    }
    return pattern;
  });

/** A regular expression of at most 255 characters, found anywhere in a text. */
export const Pattern = Compiled.transform(
  (pattern): Pattern => ({ isIn: (given) => pattern.matcher(given).find() }),
);

/** A regular expression of at most 255 characters that matches a whole text. */
export const WholePattern = Compiled.transform(
  (pattern): WholePattern => ({ capture: (given) => captureOf(pattern, given) }),
);
