/**
 * Applies the fault of a host to its instances. The report runs it. The fault-finisher runs it again,
 * for instances that a crash or a lagging index left out. Every step may run twice.
 */
import { instanceEvent } from '../domain/events/event.ts';
import type { Host } from '../domain/hosts/host.ts';
import { settled } from '../domain/hosts/host-fault.ts';
import type { Instance } from '../domain/servers/instance.ts';
import { type EventsOut, sendExpress } from './events-out.ts';
import { inChunks } from './in-chunks.ts';
import { untilWritten } from './retry.ts';

/** A row as it was read, and as it is to be written. */
export type InstanceChange = { readonly from: Instance; readonly to: Instance };

/** What the flow reads and writes. */
export type ApplyFaultDeps = EventsOut & {
  /** Uuids of the instances on a host, as the index shows them, a page at a time. */
  readonly instancesOn: (host: string) => AsyncIterable<readonly string[]>;
  /** The same for the instances on their way to a host. */
  readonly instancesTo: (host: string) => AsyncIterable<readonly string[]>;
  /**
   * Up to 100 rows, in any order; unknown uuids are left out. They are read consistently, but for those that
   * the report read ahead (`readAhead`).
   */
  readonly instances: (uuids: readonly string[]) => Promise<readonly Instance[]>;
  /** Writes each change whose row is as it was read. Returns the other changes, in any order. */
  readonly change: (changes: readonly InstanceChange[]) => Promise<readonly InstanceChange[]>;
};

/**
 * Settles every instance that the indexes show on the host or on its way there.
 * @param host read after the fault was recorded. Instances may be read before: each is written only if it
 * is still as it was read.
 * @returns how many instances have a new revision by this call.
 * @throws the error of a chunk, after all other chunks are done.
 */
export async function applyFault(deps: ApplyFaultDeps, host: Host): Promise<number> {
  let affected = 0;
  const [failure] = await inChunks(instancesAt(deps, host.host), async (uuids) => {
    const count = await applyToChunk(deps, host, uuids);
    affected += count;
  });
  if (failure !== undefined) throw failure;
  return affected;
}

async function* instancesAt(
  { instancesOn, instancesTo }: ApplyFaultDeps,
  host: string,
): AsyncGenerator<readonly string[]> {
  yield* instancesOn(host);
  yield* instancesTo(host);
}

async function applyToChunk(
  deps: ApplyFaultDeps,
  host: Host,
  uuids: readonly string[],
): Promise<number> {
  const done: Instance[] = [];
  let left = uuids;
  await untilWritten(async () => {
    const changes = owedBy(await deps.instances(left), host);
    const overtaken = new Set((await deps.change(changes)).map(({ from }) => from.uuid));
    done.push(
      ...changes.flatMap(({ from, to }) =>
        !overtaken.has(from.uuid) && to.revision > from.revision ? [to] : [],
      ),
    );
    left = [...overtaken];
    return left.length === 0 ? true : undefined;
  });
  await sendExpress(deps, done.map(instanceEvent));
  return done.length;
}

/** The changes that the host's fault owes the instances. */
export function owedBy(instances: readonly Instance[], host: Host): InstanceChange[] {
  return instances.flatMap((from) => {
    const to = settled(from, host, host);
    return to ? [{ from, to }] : [];
  });
}
