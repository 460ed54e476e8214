import * as z from 'zod';
import { Moment } from './time.ts';

/**
 * The last change of a row: its user, its request, its time and the type of its event. It is stored
 * with the row. The event of the change is made from the row alone, so it is the same in both
 * lanes.
 */
export const LastChange = z.object({
  user_id: z.string(),
  request_id: z.string(),
  /** When Doctor accepted the change: the `generated` of its event. */
  at: Moment,
  event_type: z.string(),
});
export type LastChange = z.infer<typeof LastChange>;

/**
 * The user, the request and the time of a change that is made now. Goes into `last_change` of the
 * changed rows.
 */
export type Actor = Omit<LastChange, 'event_type'>;
