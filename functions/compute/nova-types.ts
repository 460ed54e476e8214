/** Types of Nova's schemas. Source: nova `api/validation/parameter_types.py`. */
import * as z from 'zod';
import type { Query } from '../../adapters/http/query.ts';

const yes = ['True', 'TRUE', 'true', '1', 'ON', 'On', 'on', 'YES', 'Yes', 'yes'];
const no = ['False', 'FALSE', 'false', '0', 'OFF', 'Off', 'off', 'NO', 'No', 'no'];

/** A JSON boolean, or one of Nova's words for one. */
export const NovaBoolean = z
  .union([z.boolean(), z.enum([...yes, ...no])], 'Must be a boolean.')
  .transform((value) => value === true || (typeof value === 'string' && yes.includes(value)));

/** An optional key of a query. Of a key that is given more than once the last value counts. */
export const lastOf = <T>(schema: z.ZodType<T, string>) =>
  z
    .array(z.string())
    .transform((values) => values.at(-1) ?? '')
    .pipe(schema)
    .optional();

/**
 * The longest value: no field that Nova filters by is longer, and DynamoDB refuses much longer
 * keys.
 */
const longestValue = 255;

/** A query of which these keys are read. The last value of a key counts; an empty value is left out. */
export const queryOf = <Name extends string>(...names: readonly Name[]) =>
  z.custom<Query>().transform((query, context) => {
    const values: Partial<Record<Name, string>> = {};
    for (const name of names) {
      const value = query[name]?.at(-1);
      if (value) values[name] = value;
      if ((value?.length ?? 0) > longestValue) {
        context.addIssue({ code: 'custom', path: [name], message: 'It is too long.' });
      }
    }
    return values;
  });

/** `queryOf` by microversion: from 2.75 on, other keys are refused. */
export const queriesOf = <Name extends string>(...names: readonly Name[]) => [
  { versions: { to: '2.74' }, query: queryOf(...names) },
  { versions: { from: '2.75' }, query: onlyKnown(names).pipe(queryOf(...names)) },
];

const onlyKnown = (names: readonly string[]) =>
  z.custom<Query>().superRefine((query, context) => {
    const unknown = Object.keys(query).find((key) => !names.includes(key));
    if (unknown === undefined) return;
    const path = [unknown.slice(0, 100)];
    context.addIssue({ code: 'custom', path, message: 'It is not known.' });
  });

const trueWords = ['1', 't', 'true', 'on', 'y', 'yes'];
const falseWords = ['0', 'f', 'false', 'off', 'n', 'no'];

/** A boolean in a query, in any case. Source: oslo.utils `strutils.bool_from_string`, strict. */
export const Flag = z
  .string()
  .toLowerCase()
  .refine((word) => [...trueWords, ...falseWords].includes(word), 'Must be a boolean.')
  .transform((word) => trueWords.includes(word));

/** A boolean in a query; any other text is false. */
export const LaxFlag = z
  .string()
  .toLowerCase()
  .transform((word) => trueWords.includes(word));

/** Nova's maximum of a page's length, and its length without a limit. */
export const maxPage = 1000;

/** The limit of a page; a limit above Nova's maximum is read as the maximum. */
export const Limit = z
  .string()
  .regex(/^\d{1,9}$/, 'Must be a non-negative integer.')
  .transform((text) => Math.min(Number(text), maxPage));
