/** One entry of the table of settings. */
import * as z from 'zod';
import type { EnvName } from '../adapters/env.ts';

/** `means`: one sentence of Markdown. `variable`: the environment variable of functions that get it. */
export const described = z.registry<{
  readonly means: string;
  readonly variable: EnvName | undefined;
}>();

/** A schema with its default, and its description. */
export const setting = <Schema extends z.ZodType>(
  schema: Schema,
  means: string,
  variable?: EnvName,
): Schema => {
  described.add(schema, { means, variable });
  return schema;
};
