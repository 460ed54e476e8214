import * as z from 'zod';
import { Moment } from './time.ts';

/**
 * Who changed a row last, and what the change was. It is stored with the row, so that the event of
 * the change can be made from the row alone and comes out the same in both lanes.
 */
export const LastChange = z.object({
  user_id: z.string(),
  request_id: z.string(),
  /** When Doctor accepted the change: the `generated` of its event. */
  at: Moment,
  event_type: z.string(),
});
export type LastChange = z.infer<typeof LastChange>;

/** Whoever makes a change now: becomes `last_change` of the rows it touches. */
export type Actor = Omit<LastChange, 'event_type'>;
