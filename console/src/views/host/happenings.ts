/** The time line of a host: faults and evacuations, newest first. */
import type { Fault } from '../../api/answers.ts';
import type { Migration } from '../../api/openstack.ts';

export type Happening = {
  readonly key: string;
  readonly at: string;
  readonly state: string;
  readonly what: string;
  readonly who: string;
  readonly request: string;
  /** The fault that it is about; undefined for evacuations. */
  readonly fault_id?: string;
};

const ofFault = ({ fault_id, ...fault }: Fault): Happening[] => {
  const what = fault.kind === 'host' ? 'Host' : 'Data plane';
  const who = fault.source ?? fault.reported_by?.user_name ?? '';
  const raised: Happening = {
    key: `${fault_id} raised`,
    at: fault.raised_at,
    state: 'down',
    what: `${what} failed: ${fault.instances_affected} servers, ${fault.ports_affected} ports`,
    who,
    request: fault.request_id ?? '',
    fault_id,
  };
  if (fault.cleared_at === null) return [raised];
  const cleared: Happening = {
    key: `${fault_id} cleared`,
    at: fault.cleared_at,
    state: 'up',
    what: `${what} works again`,
    who: '',
    request: '',
    fault_id,
  };
  return [raised, cleared];
};

const ofEvacuation = (
  { uuid, status, instance_uuid, dest_compute, updated_at, user_id }: Migration,
  names: ReadonlyMap<string, string>,
): Happening => ({
  key: uuid,
  at: updated_at,
  state: status,
  what: `${names.get(instance_uuid) ?? instance_uuid} evacuated to ${dest_compute ?? 'a host to be chosen'}`,
  who: user_id,
  request: '',
});

/** @param names of servers by their ids; an id stands for a name that is not known. */
export function happenings(
  faults: readonly Fault[],
  evacuations: readonly Migration[],
  names: ReadonlyMap<string, string>,
): Happening[] {
  const all = [...faults.flatMap(ofFault), ...evacuations.map((each) => ofEvacuation(each, names))];
  return all.sort((a, b) => b.at.localeCompare(a.at));
}
