/** Takes ports of the cloud over into the rows: by the same flows as requests to the network API. */
import pMap from 'p-map';
import type { Actor } from '../domain/change.ts';
import { targetKey } from '../domain/conditions/condition.ts';
import { type Holds, holdsId } from '../domain/conditions/held-target.ts';
import { DomainError, Refusal } from '../domain/errors.ts';
import { isSameHost } from '../domain/hosts/host-name.ts';
import type { Difference, Mirrored } from '../domain/mirror/difference.ts';
import { mirroredPort, newMirroredPort, type PortReport } from '../domain/mirror/mirrored-port.ts';
import type { SeenPort } from '../domain/mirror/seen.ts';
import { deletedPort, type Port } from '../domain/ports/port.ts';
import { slices } from '../domain/slices.ts';
import { applyPortsOfWalk, type SeenPortAndRow, type TasksOut } from './apply-unapplied.ts';
import { type ChangePortDeps, changePort } from './change-port.ts';
import { type CreatePortsDeps, createPorts } from './create-ports.ts';
import { failedDifference, type MirrorRun } from './mirror-servers.ts';

export type MirrorPortsDeps = CreatePortsDeps &
  ChangePortDeps &
  TasksOut & {
    /** Rows read consistently, tombstones too, in any order; unknown ids are left out. */
    readonly ports: (ids: readonly string[]) => Promise<readonly Port[]>;
    /** The conditions that hold a state of a target. */
    readonly holds: (holds_id: string) => Promise<Holds>;
    readonly newId: () => string;
  };

/** Rows written at once, and ports created in one transaction. */
const [writesAtOnce, createdAtOnce] = [8, 25];

/**
 * Creates, changes and binds ports as the cloud shows them. Rows are read in batches, and a port whose row
 * reflects its revision costs no write. A data plane that differs in the cloud is applied there.
 * @returns the differences, in any order.
 */
export async function mirrorPorts(
  deps: MirrorPortsDeps,
  ports: readonly SeenPort[],
  run: MirrorRun,
): Promise<readonly Difference[]> {
  const rows = new Map((await deps.ports(ports.map(({ id }) => id))).map((row) => [row.id, row]));
  const fresh: SeenPort[] = [];
  const known: SeenPortAndRow[] = [];
  for (const seen of ports) {
    const row = rows.get(seen.id);
    if (!row || (row.deleted && row.updated_at < seen.read_at)) fresh.push(seen);
    else if (!row.deleted) known.push({ seen, row });
  }
  const made = await pMap(slices(fresh, createdAtOnce), (some) => create(deps, some, run), {
    concurrency: writesAtOnce,
  });
  const changed = await pMap(known, ({ seen, row }) => change(deps, seen, row, run), {
    concurrency: writesAtOnce,
  });
  const applied = await applyPortsOfWalk(deps, known, run);
  return [...made.flat(), ...changed.filter((each) => each !== 'same'), ...applied];
}

/** Creates ports together; one by one if Doctor refuses one of them. */
async function create(
  deps: MirrorPortsDeps,
  ports: readonly SeenPort[],
  { actor, dryRun }: MirrorRun,
): Promise<readonly Difference[]> {
  const differences = ports.map(({ id, facts }): Difference => {
    const host = facts['binding:host_id'] || 'no host';
    return { resource: 'port', id, kind: 'created', detail: `on ${host}` };
  });
  if (dryRun) return differences;
  const rows = ports.map((seen) => newMirroredPort(seen, { actor, incarnation: deps.newId() }));
  const [only, ...others] = rows;
  try {
    // A row that another writer made since the rows were read is newer.
    if (only && others.length === 0)
      return (await createdUnlessMade(deps, only)) ? differences : [];
    await createPorts(deps, rows.map(asGiven));
    return differences;
  } catch (error) {
    if (only && others.length === 0) return [failedDifference('port', only.id, error)];
    if (!(error instanceof DomainError)) throw error;
    const each = await pMap(ports, (port) => create(deps, [port], { actor, dryRun }), {
      concurrency: 1,
    });
    return each.flat();
  }
}

const asGiven = (port: Port) => ({ port, macGiven: true });

/** Creates a port of the cloud; false if another writer made or deleted a port with its id meanwhile. */
export async function createdUnlessMade(deps: CreatePortsDeps, port: Port): Promise<boolean> {
  try {
    await createPorts(deps, [asGiven(port)]);
    return true;
  } catch (error) {
    if (error instanceof Refusal && error.reason === 'port_id_in_use') return false;
    throw error;
  }
}

async function change(
  deps: MirrorPortsDeps,
  seen: SeenPort,
  row: Port,
  { actor, dryRun }: MirrorRun,
): Promise<Mirrored> {
  const would = mirroredPort(row, seen, { actor, held: false });
  if (!would) return 'same';
  const moves = !isSameHost(would['binding:host_id'], row['binding:host_id']);
  const difference: Difference = {
    resource: 'port',
    id: seen.id,
    kind: moves ? 'moved' : 'changed',
    detail: moves
      ? `from ${row['binding:host_id'] || 'no host'} to ${would['binding:host_id'] || 'no host'}`
      : '',
  };
  if (dryRun) return would.revision > row.revision ? difference : 'same';
  try {
    const changed = await changeMirrored(deps, seen.id, { report: seen, actor, row });
    return changed ? difference : 'same';
  } catch (error) {
    return failedDifference('port', seen.id, error);
  }
}

/**
 * Changes a port as the cloud reports. `row` is the port as it was read, to see whether its status
 * may be held.
 * @returns whether clients see a change. @throws not_found if there is no port.
 */
export async function changeMirrored(
  deps: ChangePortDeps & Pick<MirrorPortsDeps, 'holds'>,
  id: string,
  {
    report,
    actor,
    row,
  }: { readonly report: PortReport; readonly actor: Actor; readonly row: Port },
): Promise<boolean> {
  const mayBeHeld = report.status !== undefined && row.status !== report.status;
  const target = targetKey({ kind: 'port', port_id: id });
  const held = mayBeHeld && (await deps.holds(holdsId(target, 'port_status'))).holders.length > 0;
  let changes = false;
  await changePort(deps, id, (port) => {
    const next = port && mirroredPort(port, report, { actor, held });
    changes = next !== undefined && next.revision > (port?.revision ?? 0);
    return next;
  });
  return changes;
}

/**
 * Deletes a port that the cloud no longer has; `same` if it is deleted, or if something newer is
 * known of it.
 */
export async function mirrorPortEnd(
  deps: ChangePortDeps,
  { id, read_at }: { readonly id: string; readonly read_at: string },
  { actor, dryRun }: MirrorRun,
): Promise<Mirrored> {
  const isOver = (port: Port | undefined) => !port || port.deleted || port.updated_at >= read_at;
  if (isOver(await deps.port(id))) return 'same';
  const difference: Difference = { resource: 'port', id, kind: 'deleted', detail: '' };
  if (dryRun) return difference;
  let ends = false;
  await changePort(deps, id, (port) => {
    ends = port !== undefined && !isOver(port);
    return port && ends ? deletedPort(port, actor) : undefined;
  });
  return ends ? difference : 'same';
}
