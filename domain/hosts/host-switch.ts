/**
 * Switches of a host by its administrators: maintenance, the service's status, and its flag. The
 * host's row knows its last change only, so each switch is kept by itself for the host's history.
 */
import * as z from 'zod';
import { Moment } from '../time.ts';
import { standingFault } from './fault.ts';
import { type Host, HostName } from './host.ts';

/** What is switched. `down` without a fault: the service's flag alone, with the servers left as they are. */
export const switchKinds = [
  'down',
  'up',
  'maintenance_started',
  'maintenance_ended',
  'disabled',
  'enabled',
] as const;
type SwitchKind = (typeof switchKinds)[number];

/** A change of a host that switched something, with its caller and its request. */
export const HostSwitch = z.object({
  host: HostName,
  revision: z.int().min(1),
  at: Moment,
  user_id: z.string(),
  request_id: z.string(),
  kinds: z.array(z.enum(switchKinds)).min(1).readonly(),
});
export type HostSwitch = z.infer<typeof HostSwitch>;

/** How long a switch is kept, in seconds: 30 days, as conditions that have ended. */
export const switchKeptSeconds = 30 * 86_400;

/**
 * What a change of a host's row switched; undefined for nothing. The start of a fault is not a
 * switch: the fault has a row of its own. Its end is one, because the fault's row does not say who
 * ended it.
 */
export function switchOf(before: Host | undefined, after: Host): HostSwitch | undefined {
  if (!before || before.deleted || after.deleted) return undefined;
  const kinds: SwitchKind[] = [];
  if (before.forced_down && !after.forced_down) kinds.push('up');
  if (!before.forced_down && after.forced_down && !standingFault(after)) kinds.push('down');
  if (before.maintenance !== after.maintenance) {
    kinds.push(after.maintenance ? 'maintenance_started' : 'maintenance_ended');
  }
  if (before.status !== after.status) kinds.push(after.status);
  if (kinds.length === 0) return undefined;
  const { host, revision, last_change } = after;
  const { at, user_id, request_id } = last_change;
  return { host, revision, at, user_id, request_id, kinds };
}
