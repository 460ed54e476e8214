import * as z from 'zod';

/** An object in JSON, with all of its keys: zod's record leaves out one that is called `__proto__`. */
export const Dictionary = z.custom<Readonly<Record<string, unknown>>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
);
export type Dictionary = z.infer<typeof Dictionary>;

/**
 * JSON of a value; the two characters that SQS and SNS refuse, which JSON leaves as they are, are
 * escaped.
 */
export const toJson = (value: unknown): string =>
  (JSON.stringify(value) ?? 'null').replace(
    /[\uFFFE\uFFFF]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16)}`,
  );

/** JSON in ASCII alone, as Python writes it. */
export const toAsciiJson = (value: unknown): string =>
  (JSON.stringify(value) ?? 'null').replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
