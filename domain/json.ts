import * as z from 'zod';

/** A JSON object with all of its keys. (`z.record` drops a key named `__proto__`.) */
export const Dictionary = z.custom<Readonly<Record<string, unknown>>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
);
export type Dictionary = z.infer<typeof Dictionary>;

/** The value as JSON for SQS and SNS: the two characters that these refuse are escaped. */
export const toJson = (value: unknown): string =>
  (JSON.stringify(value) ?? 'null').replace(
    /[\uFFFE\uFFFF]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16)}`,
  );

/** The value as JSON in ASCII only, as Python's `json.dumps` writes it. */
export const toAsciiJson = (value: unknown): string =>
  (JSON.stringify(value) ?? 'null').replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
