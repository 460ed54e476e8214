/**
 * The function on tables in memory and the stand-in of a cloud. Its queues are lists that the test
 * empties.
 */
import { cloudCompute } from '../../../adapters/cloud/cloud-compute.ts';
import { cloudNetwork } from '../../../adapters/cloud/cloud-network.ts';
import { readCloudSecret } from '../../../adapters/cloud/cloud-secret.ts';
import { makeCloudSession } from '../../../adapters/cloud/session.ts';
import {
  type AppliedFlag,
  type AppliedService,
  unansweredField,
} from '../../../domain/cloud/applied-service.ts';
import type { CloudTask, MoveTask } from '../../../domain/cloud/cloud-task.ts';
import { serviceStateOf } from '../../../domain/cloud/cloud-task.ts';
import type { MoveClaim } from '../../../domain/cloud/move-step.ts';
import type { DeadLetter } from '../../../domain/events/messages.ts';
import type { CloudOutcome } from '../../../domain/hosts/cloud-outcome.ts';
import type { Host } from '../../../domain/hosts/host.ts';
import type { HostReturn } from '../../../domain/mirror/returned-host.ts';
import type { Instance } from '../../../domain/servers/instance.ts';
import { type CloudFaultsParts, compose } from '../../../functions/cloud-faults/compose.ts';
import { makeFaultNeutron } from '../../cloud/fault-neutron.ts';
import { makeFaultNova } from '../../cloud/fault-nova.ts';
import type { Served } from '../../cloud/served.ts';
import { standIn } from '../../cloud/stand-in.ts';
import { portsWorld } from '../../flows/ports-world.ts';
import { worldOf } from '../../flows/world.ts';
import { lambdaContext as context } from '../call.ts';
import { logbook, queued } from '../consumers/lambda.ts';

type Given = {
  readonly hosts?: Host[];
  readonly instances?: Instance[];
  /** The hosts in Nova. */
  readonly inNova?: readonly string[];
  readonly ports?: number;
  readonly marksServers?: boolean;
  /** Runs after Doctor has recorded what it is going to write, or has written, to Nova. */
  readonly onApplied?: (row: AppliedService, rows: ReturnType<typeof worldOf>) => void;
};

type Queued = { readonly task: CloudTask | MoveTask; readonly seconds: number };

/**
 * The requests to Nova and Neutron (the n-th, from 1) that are not carried out, or not answered.
 * `late`: not answered, and carried out when `carryOut` is called.
 */
type Trouble = { requests: number; from: number; to: number; how: 'lose' | 'lose-answer' | 'late' };

/** The stand-in closes the connection if the service throws. */
const troubled =
  (trouble: Trouble, serve: Served, late: (() => unknown)[]): Served =>
  async (request) => {
    const n = ++trouble.requests;
    const isHit = n >= trouble.from && n <= trouble.to;
    if (isHit && trouble.how === 'late') late.push(() => serve(request));
    if (isHit && trouble.how !== 'lose-answer') throw new Error('the request is lost');
    const answer = await serve(request);
    if (isHit) throw new Error('the answer is lost');
    return answer;
  };

export type CloudWorld = Awaited<ReturnType<typeof cloudWorld>>;

/** Starts it; stop it when the test ends. */
export async function cloudWorld({
  hosts = [],
  instances = [],
  inNova = ['compute-1', 'compute-2', 'compute-3'],
  ports = 3,
  marksServers = false,
  onApplied = () => {},
}: Given = {}) {
  const cloud = await standIn();
  const rows = worldOf({ hosts, instances });
  const plane = portsWorld(ports);
  const nova = makeFaultNova(
    inNova,
    Object.fromEntries(instances.map(({ uuid, host }) => [uuid, host ?? ''])),
  );
  const neutron = makeFaultNeutron(
    Object.fromEntries([...plane.rows.keys()].map((id) => [id, null])),
  );
  const trouble: Trouble = { requests: 0, from: 0, to: 0, how: 'lose' };
  const late: (() => unknown)[] = [];
  cloud.serve('compute', '/compute', '/v2.1', troubled(trouble, nova.serve, late));
  cloud.serve('network', '/network', '/v2.0', troubled(trouble, neutron.serve, late));
  const session = makeCloudSession({
    secret: async () => readCloudSecret(JSON.stringify(cloud.secret)),
    firstPauseMs: 1,
  });
  const outcomes = new Map<number, CloudOutcome>();
  const applied = new Map<string, AppliedService>();
  const claims = new Map<string, MoveClaim>();
  const queue: Queued[] = [];
  const letters: DeadLetter[] = [];
  /** The hosts that the mirror was asked to read. */
  const hostReads: HostReturn[] = [];
  const clock = { ms: Date.parse('2026-01-01T00:30:00.000Z') };
  const { log } = logbook();
  const parts = {
    ...plane.deps,
    ...rows.deps,
    ...cloudCompute(session),
    ...cloudNetwork(session),
    portIds: ({ value }: { readonly value: string }) => plane.deps.portsOn(value),
    appliedService: async (host: string) => applied.get(host),
    noteApplied: async (host: string, flag: AppliedFlag) => {
      const row = { ...applied.get(host), ...flag };
      applied.set(host, row);
      onApplied(row, rows);
    },
    noteUnanswered: async (host: string, forced_down: boolean, at: string) => {
      const row = applied.get(host);
      if (row) applied.set(host, { ...row, [unansweredField(forced_down)]: at });
    },
    noteOutcome: async ({ number }: { readonly number: number }, outcome: CloudOutcome) => {
      outcomes.set(number, outcome);
    },
    moveClaim: async (uuid: string) => claims.get(uuid),
    saveMoveClaim: async (uuid: string, from: MoveClaim | undefined, to: MoveClaim) => {
      const now = claims.get(uuid);
      if (now?.asks !== from?.asks || now?.refused !== from?.refused) return false;
      claims.set(uuid, to);
      return true;
    },
    sendTasks: async (tasks: readonly CloudTask[], seconds: number) => {
      queue.push(...tasks.map((task) => ({ task, seconds })));
    },
    sendMoves: async (tasks: readonly MoveTask[], seconds: number) => {
      queue.push(...tasks.map((task) => ({ task, seconds })));
    },
    sendHostReturn: async (read: HostReturn) => {
      hostReads.push(read);
    },
    deadLetter: async (given: readonly DeadLetter[]) => {
      letters.push(...given);
    },
    marksServers,
    callsAtOnce: 4,
    now: () => new Date(clock.ms).toISOString(),
    log,
  };
  /** Handles a message with some parts replaced. A message that fails is delivered again. */
  const handlerWith = (other: Partial<CloudFaultsParts>) => {
    const handler = compose({ ...parts, ...other });
    return async (task: CloudTask | MoveTask): Promise<void> => {
      const { batchItemFailures } = await handler(queued({ body: task }), context);
      if (batchItemFailures.length > 0) queue.push({ task, seconds: 130 });
    };
  };
  const handle = handlerWith({});
  return {
    ...{ cloud, rows, plane, nova, neutron, outcomes, applied },
    ...{ claims, queue, letters, hostReads, clock, trouble },
    ...{ handle, handlerWith, parts },
    /** Lets Nova and Neutron carry out the requests that they did not answer. */
    carryOut: async (): Promise<void> => {
      for (const each of late.splice(0)) await each();
    },
    /** Handles the messages of the queue when they are due. `between`: what the cloud does meanwhile. */
    drain: async (between: () => void = () => {}, most = 60): Promise<void> => {
      for (let n = 0; n < most && queue.length > 0; n++) {
        const [next] = queue.splice(0, 1);
        if (!next) return;
        clock.ms += next.seconds * 1000;
        between();
        await handle(next.task);
      }
    },
    /** The message of a change of the host. */
    service: (host: Host): CloudTask => ({
      service: host.host,
      state: serviceStateOf(host),
      attempts: 0,
    }),
    /** The requests to Nova and Neutron, without those of Keystone. */
    requests: () =>
      cloud.requests
        .filter(({ path }) => !path.startsWith('/identity'))
        .map(({ method, path }) => `${method} ${path}`),
    stop: () => cloud.stop(),
    [Symbol.asyncDispose]: () => cloud.stop(),
  };
}
