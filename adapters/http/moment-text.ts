/** Times that callers give to routes of Doctor's own, and to Nova's. */
import * as z from 'zod';
import { parseMoment } from '../../domain/time.ts';

/** A time in ISO 8601, with or without a zone (without one it is UTC), as a moment. */
export const MomentText = z
  .string()
  .max(64)
  .transform((text, context) => {
    const moment = parseMoment(text);
    if (moment !== undefined) return moment;
    context.addIssue({ code: 'custom', message: 'Must be a time such as 2026-01-01T00:00:00Z.' });
    return z.NEVER;
  });
