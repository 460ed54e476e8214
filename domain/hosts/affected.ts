/**
 * The instances and ports that a fault changed, by fault and project: for the audit and for
 * tenants.
 */
import * as z from 'zod';
import type { Port } from '../ports/port.ts';
import type { Instance } from '../servers/instance.ts';
import { Moment } from '../time.ts';

/** The instances, or the ports, of one project that one fault changed. */
export const Affected = z.object({
  fault_id: z.uuid(),
  project_id: z.string(),
  /** The time of the fault. If it changed only ports that came to its host later: the first change. */
  at: Moment,
  uuids: z.set(z.guid()).readonly(),
});
export type Affected = z.infer<typeof Affected>;

/** The most uuids in one row: far below DynamoDB's limit for a row, and more than a host runs. */
export const mostAffected = 5_000;

/** The sort key of a fault in lists by time; the id separates two faults of the same time. */
export const placeOfFault = ({
  at,
  fault_id,
}: {
  readonly at: string;
  readonly fault_id: string;
}) => `${at}#${fault_id}`;

/**
 * What faults changed, according to the last changes of these rows: one entry for each fault and
 * project. Rows that were last changed by no fault are left out.
 */
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
