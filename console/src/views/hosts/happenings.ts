/** The time line of a host: faults, switches and evacuations, newest first. */
import type { DoctorAnswers } from '../../api/answers.ts';

/** An entry of `GET /doctor/v1/host-history/{host}`. */
export type HistoryEntry = DoctorAnswers['GET /doctor/v1/host-history/{host}']['history'][number];

/** A line of the time line: a word for the state, and what happened. */
export type Happening = { readonly state: string; readonly what: string };

/** Words for the switches of a host, with the state that each begins. */
const switches: Readonly<Record<string, Happening>> = {
  down: { state: 'down', what: 'Forced down, servers left as they are' },
  up: { state: 'up', what: 'Up again' },
  maintenance_started: { state: 'maintenance', what: 'Maintenance started' },
  maintenance_ended: { state: 'up', what: 'Maintenance ended' },
  disabled: { state: 'disabled', what: 'Service disabled' },
  enabled: { state: 'enabled', what: 'Service enabled' },
};

/**
 * Describes an entry in words. @param names The names of servers, by id. A server without a known
 * name is shown by its id.
 */
export function happening(entry: HistoryEntry, names: ReadonlyMap<string, string>): Happening {
  const { what, fault_kind, affected, server_id, dest, status } = entry;
  if (what === 'evacuation') {
    const server = names.get(server_id ?? '') ?? server_id;
    return {
      state: status ?? 'accepted',
      what: `${server} evacuated to ${dest ?? 'a host to be chosen'}`,
    };
  }
  const [subject, things] = fault_kind === 'host' ? ['Host', 'servers'] : ['Data plane', 'ports'];
  if (what === 'fault_raised') {
    return { state: 'down', what: `${subject} failed: ${affected} ${things}` };
  }
  if (what === 'fault_cleared') return { state: 'up', what: `${subject} works again` };
  return switches[what] ?? { state: what, what };
}

/** The cause of an entry: the monitor, or else the user's name or id; empty if unknown. */
export const whoOf = ({
  source,
  user_name,
  user_id,
}: Pick<HistoryEntry, 'source' | 'user_name' | 'user_id'>): string =>
  source ?? user_name ?? user_id ?? '';
