/**
 * Applies a host's data plane reports to the ports on it. It runs with the report, and again in the
 * fault-finisher, for ports that a crash or a lagging index left out. So every step may run twice.
 */
import { type HostDataPlane, owedRows } from '../domain/ports/host-data-plane.ts';
import type { Port } from '../domain/ports/port.ts';
import { portEvents } from '../domain/ports/port-event.ts';
import { type EventsOut, sendExpress } from './events-out.ts';
import { inChunks } from './in-chunks.ts';
import { untilWritten } from './retry.ts';

/** A port's row as it was read, and after the change. */
export type PortRowChange = { readonly from: Port; readonly to: Port };

export type ApplyDataPlaneDeps = EventsOut & {
  /** Ids of the ports on a host, as the index shows them, a page at a time. */
  readonly portsOn: (host: string) => AsyncIterable<readonly string[]>;
  /** Rows read consistently, in any order; what does not exist is left out. */
  readonly ports: (ids: readonly string[]) => Promise<readonly Port[]>;
  /** Writes each change whose port is as it was read; returns the other changes, in any order. */
  readonly changePorts: (changes: readonly PortRowChange[]) => Promise<readonly PortRowChange[]>;
};

/**
 * How many ports were found on the host, and how many of them this call changed. `failures` has the
 * errors that prevented other changes; empty for none.
 */
export type Applied = {
  readonly ports: number;
  readonly changed: number;
  readonly failures: readonly unknown[];
};

/**
 * Applies to every port that the index shows on the host the reports that it is owed.
 * @param plane read after the report was recorded, so every port that is read later is owed it.
 */
export async function applyDataPlane(
  deps: ApplyDataPlaneDeps,
  plane: HostDataPlane,
): Promise<Applied> {
  let [ports, changed] = [0, 0];
  const failures = await inChunks(deps.portsOn(plane.host), async (ids) => {
    ports += ids.length;
    const done: Port[] = [];
    try {
      await applyToChunk(deps, plane, ids, done);
    } finally {
      changed += new Set(done.map(({ id }) => id)).size;
      await sendExpress(deps, done.flatMap(portEvents));
    }
  });
  return { ports, changed, failures };
}

/** The same, for a caller that repeats it after an error. @returns how many ports were changed. */
export async function finishDataPlane(
  deps: ApplyDataPlaneDeps,
  plane: HostDataPlane,
): Promise<number> {
  const { changed, failures } = await applyDataPlane(deps, plane);
  if (failures.length > 0) throw failures[0];
  return changed;
}

/** One port with the rows that it takes one after the other. */
type Lane = { readonly from: Port; readonly rows: readonly Port[] };

/** Adds the rows that it wrote to `done`, even if it throws. */
async function applyToChunk(
  deps: ApplyDataPlaneDeps,
  plane: HostDataPlane,
  ids: readonly string[],
  done: Port[],
): Promise<void> {
  let left = ids;
  await untilWritten(async () => {
    const lanes = (await deps.ports(left)).flatMap((from): Lane[] => {
      const rows = owedRows(from, plane);
      return rows.length > 0 ? [{ from, rows }] : [];
    });
    left = await writeLanes(deps, lanes, done);
    return left.length === 0 ? true : undefined;
  });
}

/**
 * Writes the first row of every lane, then the second, and so on; returns the ids of the ports that
 * were not as read.
 */
async function writeLanes(
  deps: ApplyDataPlaneDeps,
  lanes: readonly Lane[],
  done: Port[],
): Promise<string[]> {
  const overtaken = new Set<string>();
  const longest = Math.max(0, ...lanes.map(({ rows }) => rows.length));
  for (let step = 0; step < longest; step++) {
    const changes = lanes.flatMap(({ from, rows }): PortRowChange[] => {
      const to = rows[step];
      return to && !overtaken.has(from.id) ? [{ from: rows[step - 1] ?? from, to }] : [];
    });
    for (const { from } of await deps.changePorts(changes)) overtaken.add(from.id);
    done.push(...changes.flatMap(({ to }) => (overtaken.has(to.id) ? [] : [to])));
  }
  return [...overtaken];
}
