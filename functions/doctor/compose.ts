/** Puts Doctor's own surface together: handler and flows, on plain stores and settings. */
import { stateOf } from '../../domain/hosts/host.ts';
import type { DepsOf } from '../../flows/deps-of.ts';
import { reportEvacuation } from '../../flows/evacuate.ts';
import { spellingOf } from '../../flows/host-spelling.ts';
import { noteHeartbeat } from '../../flows/note-heartbeat.ts';
import { noteHeartbeats } from '../../flows/note-heartbeats.ts';
import { readServers } from '../../flows/read-servers.ts';
import { registerHost } from '../../flows/register-host.ts';
import { deleteInstance, registerInstance } from '../../flows/register-instance.ts';
import { reportDataPlane } from '../../flows/report-data-plane.ts';
import { type RequestWalkDeps, requestWalk } from '../../flows/request-walk.ts';
import { type TakeOutsideDeps, takeOutside } from '../../flows/take-outside.ts';
import { type DoctorDeps, doctorApi } from './handler.ts';

/** What the flows answer for the routes. */
type Composed =
  | 'seen'
  | 'stateOf'
  | 'reportDataPlane'
  | 'noteHeartbeat'
  | 'noteHeartbeats'
  | 'reportEvacuation'
  | 'registerHost'
  | 'registerInstance'
  | 'deleteInstance'
  | 'sendTwice'
  | 'subscribing'
  | 'cloud';

type Flows = DepsOf<typeof readServers> &
  DepsOf<typeof noteHeartbeats> &
  DepsOf<typeof reportEvacuation> &
  DepsOf<typeof registerHost> &
  DepsOf<typeof registerInstance> &
  DepsOf<typeof deleteInstance> &
  Omit<DepsOf<typeof reportDataPlane>, 'portsOn' | 'isHost'>;

export type DoctorParts = Omit<DoctorDeps, Composed> &
  Flows &
  DoctorDeps['subscribing'] &
  TakeOutsideDeps & {
    /** The jobs that mirror the cloud, and their queue; undefined without one. */
    readonly cloudMirror: Omit<RequestWalkDeps, 'newId' | 'now'> | undefined;
    /** Ids of the ports on a host, as the index shows them, a page at a time. */
    readonly portIds: (among: {
      readonly index: 'byHost';
      readonly value: string;
    }) => AsyncIterable<readonly string[]>;
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
    noteHeartbeats: (hosts, at) => noteHeartbeats(parts, hosts, at),
    reportEvacuation: (uuid, report, actor) => reportEvacuation(parts, uuid, report, actor),
    registerHost: (host, registration) => registerHost(parts, host, registration),
    registerInstance: (uuid, registration) => registerInstance(parts, uuid, registration),
    deleteInstance: (uuid, when) => deleteInstance(parts, uuid, when),
    sendTwice: (events) => takeOutside(parts, events),
    subscribing: parts,
    cloud: cloudOf(parts),
  });
}

/** What the routes about the cloud need; undefined without a cloud. */
const cloudOf = ({ cloudMirror, newId, now }: DoctorParts): DoctorDeps['cloud'] =>
  cloudMirror && {
    cloudJob: cloudMirror.cloudJob,
    requestWalk: (walk) => requestWalk({ ...cloudMirror, newId, now }, walk),
  };
