/** Ports that are bound to other hosts, while those are reported. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DomainError } from '../../domain/errors.ts';
import { type HostDataPlane, owedRows } from '../../domain/ports/host-data-plane.ts';
import type { Port } from '../../domain/ports/port.ts';
import { dataPlaneStatuses } from '../../domain/ports/port.ts';
import { finishDataPlane, type PortRowChange } from '../../flows/apply-data-plane.ts';
import type { LeftHost } from '../../flows/change-port.ts';
import { id } from '../domain/rows.ts';
import { portsWorld } from './ports-world.ts';

const changesOf = ({ toggles }: ReturnType<typeof portsWorld>, which: string) =>
  toggles()
    .filter(({ stamp }) => stamp?.resource === which)
    .map(({ traits }) => {
      const values = new Map(traits.map(([name, , value]) => [name, value]));
      const [old, now] = [values.get('old_data_plane_status'), values.get('data_plane_status')];
      return `${old ?? null} to ${now ?? null}`;
    });

test('a port that leaves a failed host is not DOWN any more; the recovery there does not reach it', async () => {
  const world = portsWorld(1);
  await world.report('DOWN', 'h', 1);
  await world.bind(id(0), 'g');
  expect(world.rows.get(id(0))).toMatchObject({ data_plane_status: null, revision: 3 });
  await world.report('ACTIVE', 'h', 2);
  expect(world.rows.get(id(0))).toMatchObject({ data_plane_status: null, revision: 3 });
  expect(changesOf(world, id(0))).toEqual(['null to DOWN', 'DOWN to null']);
});

test('a port that is bound to a failed host is DOWN, caused by the fault there', async () => {
  const world = portsWorld(2);
  await world.report('DOWN', 'registered', 1);
  await world.bind(id(0), 'registered');
  const fault_id = world.planes.get('registered')?.reports[0]?.fault_id;
  const row = world.rows.get(id(0));
  expect(row).toMatchObject({ data_plane_status: 'DOWN', report_number: 1, revision: 2 });
  expect(row?.last_change).toMatchObject({ kind: 'update', fault_id });
  await world.report('ACTIVE', 'registered', 2);
  expect(world.rows.get(id(0))).toMatchObject({ data_plane_status: 'ACTIVE', revision: 3 });
  expect(changesOf(world, id(0))).toEqual(['null to DOWN', 'DOWN to ACTIVE']);
});

test('a port that is made on a failed host is DOWN from its first row on', async () => {
  const world = portsWorld(0);
  await world.report('DOWN', 'registered', 1);
  await world.create(id(7), 'registered');
  expect(world.rows.get(id(7))).toMatchObject({
    ...{ data_plane_status: 'DOWN', revision: 1, report_number: 1 },
  });
  expect(world.sent.map(({ event_type }) => event_type)).toEqual([
    ...['port.data_plane_status.update', 'port.create.start', 'port.create.end'],
  ]);
});

test('a port that goes to a host in the same state sends no toggle', async () => {
  const world = portsWorld(1);
  await world.report('DOWN', 'h', 1);
  await world.report('DOWN', 'registered', 2);
  await world.bind(id(0), 'registered');
  expect(changesOf(world, id(0))).toEqual(['null to DOWN']);
});

test('the data plane status in the same request stays', async () => {
  const world = portsWorld(1);
  await world.report('DOWN', 'registered', 1);
  await world.update(id(0), { 'binding:host_id': 'registered', data_plane_status: 'ACTIVE' });
  expect(world.rows.get(id(0))).toMatchObject({ data_plane_status: 'ACTIVE', report_number: 1 });
});

test('a status of the port itself stays with the host on which it was reported', async () => {
  const world = portsWorld(1);
  await world.set(id(0), 'DOWN');
  await world.bind(id(0), 'g');
  expect(world.rows.get(id(0))).toMatchObject({ data_plane_status: null });
});

test('a report that comes while the port leaves is notified before it goes', async () => {
  const world = portsWorld(2);
  world.state.hidden.add(id(0));
  world.state.meanwhile = () => world.report('DOWN', 'h', 1);
  await world.bind(id(0), 'g');
  expect(changesOf(world, id(0))).toEqual(['null to DOWN', 'DOWN to null']);
});

test('a report that comes while the port arrives is pending on its new row', async () => {
  const world = portsWorld(1);
  world.state.meanwhile = () => world.report('DOWN', 'registered', 1);
  await world.bind(id(0), 'registered');
  const plane = world.planes.get('registered');
  if (plane) await finishDataPlane(world.deps, plane);
  expect(world.rows.get(id(0))).toMatchObject({ data_plane_status: 'DOWN', report_number: 1 });
  expect(changesOf(world, id(0))).toEqual(['null to DOWN']);
});

const hosts = ['h', 'registered'] as const;
const ports = [id(0), id(1)] as const;
const host = fc.constantFrom(...hosts);
const port = fc.constantFrom(...ports);
const status = fc.constantFrom(...dataPlaneStatuses, null);

const Act = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('report'), host, status }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('bind'), port, host: fc.constantFrom(...hosts, '') }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('word'), port, status }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rename'), port }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('create'), host }) },
);
type Act = typeof Act extends fc.Arbitrary<infer T> ? T : never;

/** Every row of a port that was written, with the row before and the reports of that moment. */
type Write = {
  readonly from: Port | undefined;
  readonly to: Port;
  readonly planes: ReadonlyMap<string, HostDataPlane>;
};

function rivals(scheduler: fc.Scheduler) {
  const world = portsWorld(ports.length);
  const history: Write[] = [];
  const note = (from: Port | undefined, to: Port) =>
    history.push({ from, to, planes: new Map(world.planes) });
  const { deps } = world;
  const own = { ...deps };
  const step = (name: string) => scheduler.schedule(Promise.resolve(), name);
  deps.port = async (given) => {
    await step('read port');
    return own.port(given);
  };
  deps.ports = async (ids) => {
    await step('read ports');
    return own.ports(ids);
  };
  deps.dataPlane = async (given) => {
    await step('read host');
    return own.dataPlane(given);
  };
  deps.dataPlanes = async (given) => {
    await step('read hosts');
    return own.dataPlanes(given);
  };
  deps.saveReport = async (before, report) => {
    await step('write report');
    return own.saveReport(before, report);
  };
  deps.savePort = async (from: Port, to: Port, left?: LeftHost) => {
    await step('write port');
    const outcome = await own.savePort(from, to, left);
    if (outcome === 'saved') note(from, to);
    return outcome;
  };
  deps.insertPorts = async (given: readonly Port[]) => {
    await step('insert ports');
    for (const each of given) note(undefined, each);
    return own.insertPorts(given);
  };
  deps.changePorts = async (changes: readonly PortRowChange[]) => {
    await step('write ports');
    const overtaken = await own.changePorts(changes);
    for (const change of changes) {
      if (!overtaken.includes(change)) note(change.from, change.to);
    }
    return overtaken;
  };
  const act = async (given: Act, n: number): Promise<unknown> => {
    if ('status' in given && 'host' in given) return world.report(given.status, given.host, n);
    if ('status' in given) return world.set(given.port, given.status);
    if (!('port' in given)) return world.create(id(100 + n), given.host);
    return 'host' in given
      ? world.bind(given.port, given.host)
      : world.update(given.port, { name: `name-${n}` });
  };
  /** A 404 or 409 is an answer; anything else is a failure of the test. */
  const answered = (given: Act, n: number) =>
    act(given, n).catch((error: unknown) => {
      if (!(error instanceof DomainError)) throw error;
    });
  return { world, own, history, answered };
}

/**
 * The status that a port must show on a new host: that of the report in its row, or the one that it
 * had on no host.
 */
function statusThere({ from, to, planes }: Write) {
  const plane = planes.get(to['binding:host_id']);
  if (to.report_number > 0) {
    return plane?.reports.find(({ number }) => number === to.report_number)?.data_plane_status;
  }
  return from?.['binding:host_id'] === '' ? from.data_plane_status : null;
}

test('in any order of steps no report is lost or notified twice, and each port shows its own host', async () => {
  const acts = fc.array(Act, { minLength: 2, maxLength: 7 });
  await fc.assert(
    fc.asyncProperty(acts, fc.subarray([...ports]), fc.scheduler(), async (given, late, s) => {
      const { world, own, history, answered } = rivals(s);
      for (const each of late) world.state.hidden.add(each);
      await s.waitFor(Promise.all(given.map(answered)));
      world.state.hidden.clear();
      Object.assign(world.deps, own);
      for (const plane of world.planes.values()) await finishDataPlane(world.deps, plane);

      for (const write of history) {
        const { from, to, planes } = write;
        const before = from?.data_plane_status ?? null;
        expect(to.revision).toBe((from?.revision ?? 0) + 1);
        expect(to.last_change.data_plane_toggled).toBe(to.data_plane_status !== before);
        const moved = from?.['binding:host_id'] !== to['binding:host_id'];
        if (moved) expect(to.data_plane_status).toBe(statusThere(write));
        // All reports that were made while a port was on a host are notified before the port
        // leaves.
        if (from && moved) expect(owedRows(from, planes.get(from['binding:host_id']))).toEqual([]);
        if (from && !moved) expect(to.report_number).toBeGreaterThanOrEqual(from.report_number);
      }
      const ids = world.toggles().map(({ message_id }) => message_id);
      expect(new Set(ids).size).toBe(ids.length);
      for (const row of world.rows.values()) {
        expect(owedRows(row, world.planes.get(row['binding:host_id']))).toEqual([]);
      }
    }),
    { numRuns: 500 },
  );
});
