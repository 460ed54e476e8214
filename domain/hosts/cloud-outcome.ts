/** The outcome of a fault in the cloud beside which Doctor runs, as its row shows it. */
import * as z from 'zod';
import { Moment } from '../time.ts';

/**
 * `change`: what was applied last: that the host or its data plane is down, or that it is up again.
 * `pending`: not applied yet, and tried again; `reason` says why the last try failed, null if there was
 * none. `failed`: given up.
 */
export const CloudOutcome = z.object({
  change: z.enum(['down', 'up']),
  state: z.enum(['pending', 'done', 'failed']),
  reason: z.string().nullable(),
  at: Moment,
});
export type CloudOutcome = z.infer<typeof CloudOutcome>;

/** The result of one try, without its time. */
export type CloudResult = Pick<CloudOutcome, 'state' | 'reason'>;

export const applied: CloudResult = { state: 'done', reason: null };
