/** The minimal registry of networks, for clients that look a network up before they make a port. */
import * as z from 'zod';
import { text } from '../text.ts';

export const Network = z.object({
  network_id: z.guid(),
  name: text(255),
  project_id: z.string(),
  admin_state_up: z.boolean(),
});
export type Network = z.infer<typeof Network>;
