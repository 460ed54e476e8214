/** The minimal registry of networks, for clients that look up a network before they create a port. */
import { isEqual } from 'es-toolkit';
import * as z from 'zod';
import { text } from '../text.ts';
import { Moment } from '../time.ts';

/** The time of creation and change in rows written before rows had these fields. */
const unknownTime = '1970-01-01T00:00:00.000Z';

/**
 * The row of a network. Description, tags, revision and times are missing in rows written before
 * version 0.2; such a network is read as created at the epoch and not changed since.
 */
export const Network = z.object({
  network_id: z.guid(),
  name: text(255),
  project_id: z.string(),
  admin_state_up: z.boolean(),
  description: text(255).default(''),
  tags: z.array(z.string()).default([]),
  revision: z.int().min(1).default(1),
  created_at: Moment.default(unknownTime),
  updated_at: Moment.default(unknownTime),
});
export type Network = z.infer<typeof Network>;

/** Everything of a network that a caller may change. */
export type NetworkUpdate = Partial<
  Pick<Network, 'name' | 'description' | 'admin_state_up' | 'tags'>
>;

/** A new network. `at` is the time of its creation. */
export const createdNetwork = (
  given: Pick<Network, 'network_id' | 'name' | 'description' | 'project_id' | 'admin_state_up'>,
  at: string,
): Network => ({ ...given, tags: [], revision: 1, created_at: at, updated_at: at });

/** The network after an update; undefined if the update changes nothing. */
export function updatedNetwork(
  network: Network,
  update: NetworkUpdate,
  at: string,
): Network | undefined {
  const next = { ...network, ...update };
  if (isEqual(next, network)) return undefined;
  return { ...next, revision: network.revision + 1, updated_at: at };
}
