/** Which instances or ports a fault touched: kept by fault and project, for the audit and for tenants. */
import * as z from 'zod';
import type { Port } from '../ports/port.ts';
import type { Instance } from '../servers/instance.ts';
import { Moment } from '../time.ts';

/** The instances, or the ports, of one project that one fault touched. */
export const Affected = z.object({
  fault_id: z.uuid(),
  project_id: z.string(),
  /** When the fault was raised; if it touched ports that came to its host later, when the first did. */
  at: Moment,
  uuids: z.set(z.guid()).readonly(),
});
export type Affected = z.infer<typeof Affected>;

/** What a row of DynamoDB holds with room to spare; no host runs as many instances of a project. */
export const mostAffected = 5_000;

/** Place of a fault in a list by time; the id tells two of one moment apart. */
export const placeOf = ({ at, fault_id }: { readonly at: string; readonly fault_id: string }) =>
  `${at}#${fault_id}`;

/** What the last changes of these rows say was touched by faults, each fault and project once. */
export function affectedBy(
  instances: readonly Instance[],
  ports: readonly Port[] = [],
): Affected[] {
  const touched = [...instances.flatMap(touchedInstance), ...ports.flatMap(touchedPort)];
  const groups = Map.groupBy(touched, ({ fault_id, project_id }) => `${fault_id} ${project_id}`);
  return [...groups.values()].flatMap((group) => {
    const uuids = new Set(group.map(({ uuid }) => uuid));
    return group.slice(0, 1).map(({ uuid: _, ...first }) => ({ ...first, uuids }));
  });
}

type Touched = Omit<Affected, 'uuids'> & { readonly uuid: string };

function touchedInstance({ last_change, pre_fault, project_id, uuid }: Instance): Touched[] {
  const { fault_id, at } = last_change;
  if (fault_id === null) return [];
  return [{ fault_id, project_id, at: pre_fault?.fault_id === fault_id ? pre_fault.at : at, uuid }];
}

function touchedPort({ last_change, project_id, id: uuid }: Port): Touched[] {
  const { fault_id, at } = last_change;
  return fault_id === null ? [] : [{ fault_id, project_id, at, uuid }];
}
