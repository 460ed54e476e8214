/** Types of Nova's schemas. Source: nova `api/validation/parameter_types.py`. */
import * as z from 'zod';

const yes = ['True', 'TRUE', 'true', '1', 'ON', 'On', 'on', 'YES', 'Yes', 'yes'];
const no = ['False', 'FALSE', 'false', '0', 'OFF', 'Off', 'off', 'NO', 'No', 'no'];

/** A JSON boolean, or one of Nova's words for one. */
export const NovaBoolean = z
  .union([z.boolean(), z.enum([...yes, ...no])], 'Must be a boolean.')
  .transform((value) => value === true || (typeof value === 'string' && yes.includes(value)));

/** Nothing that Nova filters by is longer, and DynamoDB refuses much longer keys. */
const longestValue = 255;

/** A query of which these keys are read, each once (the last wins); an empty value is no filter. */
export const queryOf = <Name extends string>(...names: readonly Name[]) =>
  z.record(z.string(), z.array(z.string())).transform((query, context) => {
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
