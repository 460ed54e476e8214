import type { Host } from '../../api/answers/resources.ts';
import {
  clearFault,
  evacuate,
  reportDataPlane,
  reportDown,
  setMaintenance,
} from '../../api/hosts.ts';
import type { Server } from '../../api/openstack.ts';
import { Action } from '../../ui/actions.tsx';
import type { HistoryEntry } from './happenings.ts';

type DataPlaneProps = {
  readonly host: string;
  /** True if a fault of the host's data plane is open. */
  readonly down: boolean;
  readonly ports: number;
};

/** Reports on the data plane of all ports of a host. */
export const DataPlaneAction = ({ host, down, ports }: DataPlaneProps) =>
  down ? (
    <Action
      label="Clear the data plane"
      question={`The ports of ${host} forward again: their data plane is ACTIVE, and their owners are notified.`}
      run={() => reportDataPlane(host, 'ACTIVE')}
    />
  ) : (
    <Action
      danger
      label="Report data plane down"
      disabled={ports === 0}
      why="There is no port on this host."
      question={`The ports of ${host} forward nothing: their data plane is DOWN in the records, and their owners are notified. The servers stay as they are.`}
      run={() => reportDataPlane(host, 'DOWN')}
    />
  );

type ActionsProps = {
  readonly host: Host;
  readonly servers: readonly Server[];
  readonly history: readonly HistoryEntry[];
};

/** The number of evacuations that are requested at once. */
const atOnce = 4;

/** Requests the evacuation of each server, several at once. Stops after the first error. */
async function evacuateAll(servers: readonly Server[]): Promise<void> {
  const left = [...servers];
  const work = async () => {
    for (let next = left.shift(); next; next = left.shift()) {
      try {
        await evacuate(next.id);
      } catch (error) {
        left.length = 0;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

/** The actions of an operator on a host. Each asks for confirmation. */
export function HostActions({ host, servers, history }: ActionsProps) {
  const { host: name, forced_down, maintenance } = host;
  // A server that is moving has this task. After it has left the list, only the history shows it.
  const moving = new Set([
    ...history.filter(({ status }) => status === 'accepted').map(({ server_id }) => server_id),
    ...servers.filter((each) => each['OS-EXT-STS:task_state'] === 'rebuilding').map(({ id }) => id),
  ]);
  const movable = servers.filter(({ id }) => !moving.has(id));
  return (
    <fieldset class="buttons" aria-label={`Actions on ${name}`}>
      {forced_down ? (
        <Action
          label="Clear the fault"
          question={`${name} runs again: its service is up, and it takes servers.`}
          run={() => clearFault(name)}
        />
      ) : (
        <Action
          danger
          label="Report down"
          question={`${name} has failed and is fenced: its servers are stopped in the records, and their owners are notified.`}
          run={() => reportDown(name)}
        />
      )}
      <Action
        label={maintenance ? 'End maintenance' : 'Start maintenance'}
        question={
          maintenance
            ? `${name} is in service again. The owners of its servers are notified.`
            : `${name} goes into maintenance. The owners of its servers are notified.`
        }
        run={() => setMaintenance(name, !maintenance)}
      />
      <Action
        label="Evacuate"
        disabled={!forced_down || movable.length === 0}
        why={
          forced_down
            ? 'There is no server left to move.'
            : 'Only servers of a host that is reported down are evacuated.'
        }
        question={`Each of the ${movable.length} servers shown below is evacuated to a host that Doctor chooses. The progress of each is in "What happened".`}
        run={() => evacuateAll(movable)}
      />
      {moving.size > 0 && (
        <span role="status">
          {moving.size} of {servers.length} servers are moving
          <progress
            max={servers.length}
            value={servers.length - moving.size}
            aria-label="Moved servers"
          />
        </span>
      )}
    </fieldset>
  );
}
