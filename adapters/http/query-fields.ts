/** Fields of queries of Doctor's own surface: zod schemas of all values that a name was given. */
import * as z from 'zod';

/** A value that is given once at most; undefined if it is not given. */
export const once = <T>(value: z.ZodType<T, string>) =>
  z
    .array(z.string())
    .transform((values, context) => {
      const [only, ...more] = values;
      if (only !== undefined && more.length === 0) return only;
      context.addIssue({ code: 'custom', message: 'It must be given once.' });
      return z.NEVER;
    })
    .pipe(value)
    .optional();

/** An id by which a page begins: that of the last item of the page before. */
export const marker = once(z.guid().transform((id) => id.toLowerCase()));

/** The length of a page; a number above the largest page is taken for it. */
export const limitUpTo = (most: number) =>
  once(
    z
      .string()
      .regex(/^\d{1,9}$/, 'Must be a non-negative integer.')
      .transform((text) => Math.min(Number(text), most)),
  );
