/**
 * The messages of the function that applies Doctor's state to a cloud. A message names rows; the
 * function reads their newest state. So a late or a repeated message does no harm.
 */
import { isEqual } from 'es-toolkit';
import * as z from 'zod';
import { grownPause } from '../back-off.ts';
import { type Host, HostName } from '../hosts/host.ts';

/**
 * The fields of a host's row that the cloud's Nova must show too. A change of one of them sends a
 * message.
 */
const ServiceState = z.object({
  forced_down: z.boolean(),
  instances_left: z.boolean(),
  fault_number: z.int().min(0),
});

/** The fields of a host's row that a cloud's Nova is to show. */
export const serviceStateOf = ({
  forced_down,
  instances_left,
  fault_number,
}: Host): z.infer<typeof ServiceState> => ({ forced_down, instances_left, fault_number });

/** Whether the fields that Nova must show are the same as before. */
export const isSameService = (a: Host, b: Host): boolean =>
  isEqual(serviceStateOf(a), serviceStateOf(b));

/** How often the task was tried before. */
const attempts = z.int().min(0).default(0);

/**
 * True for a task that a walk made because the cloud differed. It is not tried for longer than until
 * about the next walk, which makes it again.
 */
const of_walk = z.literal(true).optional();

/** Apply the state of a host's service to Nova. `state`: as it was when the task was made. */
const ServiceTask = z.object({ service: HostName, state: ServiceState, attempts, of_walk });
export type ServiceTask = z.infer<typeof ServiceTask>;
/** Apply the newest report on a host's ports to Neutron. `number`: of the report at that time. */
const DataPlaneTask = z.object({ dataPlaneOf: HostName, number: z.int().min(1), attempts });
export type DataPlaneTask = z.infer<typeof DataPlaneTask>;
/** On the cloud queue. The third form: apply the data plane of single ports to Neutron. */
export const CloudTask = z.union([
  ServiceTask,
  DataPlaneTask,
  z.object({ ports: z.array(z.guid()).min(1), attempts, of_walk }),
]);
export type CloudTask = z.infer<typeof CloudTask>;

/** Whether a later change of the host has sent a message of its own, or the host is gone. */
export const isOvertaken = (
  { state }: { readonly state: z.infer<typeof ServiceState> },
  host: Host | undefined,
): boolean => !host || !isEqual(serviceStateOf(host), state);

/** On the move queue: take the evacuation of an instance one step further. */
export const MoveTask = z.object({
  move: z.guid(),
  /** The record of the evacuation. */
  migration_uuid: z.guid(),
  attempts,
});
export type MoveTask = z.infer<typeof MoveTask>;

/** The most ports in one message. */
export const portsPerTask = 50;

/** The first and the longest pause before a task is tried again, in seconds. */
const pauses = { first: 5, longest: 300 };

/** The attempts after which a task is given up: about a day; for one of a walk some fifty minutes. */
export const mostAttempts = 300;
const mostAttemptsOfWalk = 15;

/** Seconds until the next try; undefined if the task is given up. `attempts`: before this one. */
export function pauseAfterAttempt({
  attempts,
  of_walk,
}: {
  readonly attempts: number;
  readonly of_walk?: true | undefined;
}): number | undefined {
  const most = of_walk ? mostAttemptsOfWalk : mostAttempts;
  return attempts + 1 >= most ? undefined : grownPause(attempts + 1, pauses);
}
