/** Puts Doctor's own surface together: handler and flows, on plain stores and settings. */
import type { DoctorEvent } from '../../domain/events/event.ts';
import { type EventLane, laneOf } from '../../domain/events/event-lane.ts';
import { stateOf } from '../../domain/hosts/host.ts';
import type { DepsOf } from '../../flows/deps-of.ts';
import { reportEvacuation } from '../../flows/evacuate.ts';
import { spellingOf } from '../../flows/host-spelling.ts';
import { noteHeartbeat } from '../../flows/note-heartbeat.ts';
import { readServers } from '../../flows/read-servers.ts';
import { registerHost } from '../../flows/register-host.ts';
import { deleteInstance, registerInstance } from '../../flows/register-instance.ts';
import { reportDataPlane } from '../../flows/report-data-plane.ts';
import { type DoctorDeps, doctorApi } from './handler.ts';

/** What the flows answer for the routes. */
type Composed =
  | 'seen'
  | 'stateOf'
  | 'reportDataPlane'
  | 'noteHeartbeat'
  | 'reportEvacuation'
  | 'registerHost'
  | 'registerInstance'
  | 'deleteInstance'
  | 'sendTwice'
  | 'subscribing';

type Flows = DepsOf<typeof readServers> &
  DepsOf<typeof noteHeartbeat> &
  DepsOf<typeof reportEvacuation> &
  DepsOf<typeof registerHost> &
  DepsOf<typeof registerInstance> &
  DepsOf<typeof deleteInstance> &
  Omit<DepsOf<typeof reportDataPlane>, 'portsOn' | 'isHost'>;

export type DoctorParts = Omit<DoctorDeps, Composed> &
  Flows &
  DoctorDeps['subscribing'] & {
    /** Ids of the ports on a host, as the index shows them, a page at a time. */
    readonly portIds: (among: {
      readonly index: 'byHost';
      readonly value: string;
    }) => AsyncIterable<readonly string[]>;
    /** Durably queues events from outside in their lane, to be seen after the delay. */
    readonly sendOutside: (
      events: readonly DoctorEvent[],
      sending: {
        readonly lane: EventLane;
        readonly delaySeconds?: number;
        readonly copy?: true;
      },
    ) => Promise<void>;
    /** How long after an event from outside its safe copy is seen. */
    readonly safeLaneDelaySeconds: number;
    /** A host that once sent a heartbeat is down when it has sent none for longer. */
    readonly serviceDownTimeSeconds: number;
  };

/** The handler of Doctor's own surface. */
export function compose(parts: DoctorParts) {
  const { now, serviceDownTimeSeconds } = parts;
  const dataPlanes = {
    ...parts,
    portsOn: (host: string) => parts.portIds({ index: 'byHost', value: host }),
    isHost: async (name: string) => (await parts.host(name))?.deleted === false,
  };
  return doctorApi({
    ...parts,
    reportDataPlane: async (report) =>
      reportDataPlane(dataPlanes, { ...report, host: await spellingOf(parts, report.host) }),
    seen: async (uuid) => (await readServers(parts, [uuid]))[0]?.instance,
    stateOf: (host) => stateOf(host, { now: now(), serviceDownTimeSeconds }),
    noteHeartbeat: (host, heartbeat) => noteHeartbeat(parts, host, heartbeat),
    reportEvacuation: (uuid, report, actor) => reportEvacuation(parts, uuid, report, actor),
    registerHost: (host, registration) => registerHost(parts, host, registration),
    registerInstance: (uuid, registration) => registerInstance(parts, uuid, registration),
    deleteInstance: (uuid, when) => deleteInstance(parts, uuid, when),
    sendTwice: (events) => sendTwice(parts, events),
    subscribing: parts,
  });
}

/** Queues events from outside in their lanes: now, and a safe copy once an index can lag no more. */
async function sendTwice(
  { sendOutside, safeLaneDelaySeconds: delaySeconds }: DoctorParts,
  events: readonly DoctorEvent[],
): Promise<void> {
  const byLane = [...Map.groupBy(events, laneOf)];
  await Promise.all(
    byLane.flatMap(([lane, some]) => [
      sendOutside(some, { lane }),
      sendOutside(some, { lane, delaySeconds, copy: true }),
    ]),
  );
}
