/** The tasks for the cloud that changes of rows start. */
import {
  type CloudTask,
  isSameService,
  type MoveTask,
  portsPerTask,
  serviceStateOf,
} from '../domain/cloud/cloud-task.ts';
import type { Port } from '../domain/ports/port.ts';
import { inFlight } from '../domain/servers/evacuation.ts';
import { slices } from '../domain/slices.ts';
import type { RowChange } from './row-change.ts';

/** Where tasks go; it exists with the setting `cloud` only. */
export type CloudOut = {
  /** Queues the tasks, to be delivered after the delay. */
  readonly sendTasks: (tasks: readonly CloudTask[], delaySeconds: number) => Promise<void>;
  readonly sendMoves: (moves: readonly MoveTask[], delaySeconds: number) => Promise<void>;
};

/** The tasks of a batch, by when they are delivered. */
export type CloudTasks = {
  readonly now: readonly CloudTask[];
  /**
   * Whether the port was changed by a report on its host: then the task of the host has most likely
   * written it.
   */
  readonly later: readonly CloudTask[];
  readonly moves: readonly MoveTask[];
};

/** Seconds after which such ports are looked at. */
export const portsLaterSeconds = 15;

/** The tasks that the changes of a batch start: at most one for each host. */
export function cloudTasksOf(changes: readonly RowChange[]): CloudTasks {
  const tasks = new Map(changes.flatMap(taskOfChange).map((task) => [JSON.stringify(task), task]));
  const ports = changes.flatMap(toggledPort);
  const isReported = ({ last_change }: Port): boolean => last_change.kind === 'report';
  return {
    now: [...tasks.values(), ...tasksOf(ports.filter((port) => !isReported(port)))],
    later: tasksOf(ports.filter(isReported)),
    moves: changes.flatMap(moveOfChange),
  };
}

/** Sends the tasks of the changes. @returns how many there were. */
export async function sendCloudTasks(
  { sendTasks, sendMoves }: CloudOut,
  changes: readonly RowChange[],
): Promise<number> {
  const { now, later, moves } = cloudTasksOf(changes);
  await Promise.all([
    now.length > 0 && sendTasks(now, 0),
    later.length > 0 && sendTasks(later, portsLaterSeconds),
    moves.length > 0 && sendMoves(moves, 0),
  ]);
  return now.length + later.length + moves.length;
}

function taskOfChange(change: RowChange): CloudTask[] {
  if (change.kind === 'data plane') {
    const { host: dataPlaneOf, number } = change.after;
    return number > (change.before?.number ?? 0) ? [{ dataPlaneOf, number, attempts: 0 }] : [];
  }
  if (change.kind !== 'host' || change.after.deleted) return [];
  const { before, after } = change;
  // A host that is registered as up has the flag of the cloud, from where it most likely comes.
  const changed = before && !before.deleted ? !isSameService(before, after) : after.forced_down;
  return changed ? [{ service: after.host, state: serviceStateOf(after), attempts: 0 }] : [];
}

const toggledPort = (change: RowChange): Port[] =>
  change.kind === 'port' &&
  !change.after.deleted &&
  change.after.last_change.data_plane_toggled &&
  change.after.revision !== change.before?.revision
    ? [change.after]
    : [];

function tasksOf(ports: readonly Port[]): CloudTask[] {
  const ids = [...new Set(ports.map(({ id }) => id))];
  return slices(ids, portsPerTask).map((some) => ({ ports: [...some], attempts: 0 }));
}

function moveOfChange(change: RowChange): MoveTask[] {
  if (change.kind !== 'instance' || change.after.deleted) return [];
  const move = inFlight(change.after);
  const isNew = move && change.before?.evacuation?.uuid !== move.uuid;
  return isNew && move.executor === 'openstack'
    ? [{ move: change.after.uuid, migration_uuid: move.uuid, attempts: 0 }]
    : [];
}
