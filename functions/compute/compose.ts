/** Puts the compute surface together: handler and flows, on plain stores and settings. */
import { stateOf } from '../../domain/hosts/host.ts';
import type { ListedHost } from '../../domain/hosts/listed-host.ts';
import { changeServer } from '../../flows/change-server.ts';
import { type ChooseTargetDeps, makeTargets } from '../../flows/choose-target.ts';
import { deleteHost } from '../../flows/delete-host.ts';
import type { DepsOf } from '../../flows/deps-of.ts';
import { evacuate } from '../../flows/evacuate.ts';
import { readServers } from '../../flows/read-servers.ts';
import { deleteInstance } from '../../flows/register-instance.ts';
import { updateService } from '../../flows/update-service.ts';
import { type ComputeDeps, computeApi } from './handler.ts';

/** What the flows answer for the routes. */
type Composed =
  | 'allSeen'
  | 'seen'
  | 'stateOf'
  | 'changeServer'
  | 'evacuate'
  | 'deleteInstance'
  | 'updateService'
  | 'deleteHost';

type Flows = DepsOf<typeof readServers> &
  DepsOf<typeof changeServer> &
  Omit<DepsOf<typeof evacuate>, 'stateOf' | 'targets'> &
  DepsOf<typeof deleteInstance> &
  DepsOf<typeof updateService> &
  DepsOf<typeof deleteHost> &
  Omit<ChooseTargetDeps, 'stateOf'>;

export type ComputeParts = Omit<ComputeDeps, Composed> &
  Flows & {
    /** A host that once sent a heartbeat is down when it has sent none for longer. */
    readonly serviceDownTimeSeconds: number;
  };

/** The handler of the compute surface. */
export function compose(parts: ComputeParts) {
  const { now, serviceDownTimeSeconds } = parts;
  const state = (host: ListedHost) => stateOf(host, { now: now(), serviceDownTimeSeconds });
  const withStates = { ...parts, stateOf: state };
  const evacuation = { ...withStates, targets: makeTargets(withStates) };
  const allSeen: ComputeDeps['allSeen'] = (uuids, also) => readServers(parts, uuids, also);
  return computeApi({
    ...withStates,
    allSeen,
    seen: async (uuid) => (await allSeen([uuid]))[0],
    changeServer: (uuid, decide) => changeServer(parts, uuid, decide),
    evacuate: (uuid, evacuating) => evacuate(evacuation, uuid, evacuating),
    deleteInstance: (uuid, deletion) => deleteInstance(parts, uuid, deletion),
    updateService: (change, by) => updateService(parts, change, by),
    deleteHost: (name, actor) => deleteHost(parts, name, actor),
  });
}
