import { expect, test } from 'vitest';
import { type Port, updatedPort } from '../../domain/ports/port.ts';
import { applyDataPlane, finishDataPlane } from '../../flows/apply-data-plane.ts';
import { changePort } from '../../flows/change-port.ts';
import { id, minute } from '../domain/rows.ts';
import { portsWorld as worldOf } from './ports-world.ts';

const statuses = (rows: ReadonlyMap<string, Port>) =>
  [...rows.values()].map(({ data_plane_status }) => data_plane_status);

test('a report takes all ports of its host, and says how many', async () => {
  const { report, rows, toggles, faults } = worldOf(250);
  expect(await report('DOWN')).toMatchObject({ ports: 250, changed: 250 });
  expect(new Set(statuses(rows))).toEqual(new Set(['DOWN']));
  expect(new Set(toggles().map(({ message_id }) => message_id)).size).toBe(250);
  expect(faults).toMatchObject([{ opened: { kind: 'data_plane', host: 'h' } }]);
});

test('a repeated report changes nothing and notifies no one', async () => {
  const { report, rows, sent, faults } = worldOf();
  await report('DOWN');
  const [before, sentBefore] = [new Map(rows), sent.length];
  expect(await report('DOWN', 'h', 2)).toMatchObject({ ports: 3, changed: 0 });
  expect(rows).toEqual(before);
  expect(sent).toHaveLength(sentBefore);
  expect(faults[1]).toBeUndefined();
});

test('a repeated report changes a port that got another report since', async () => {
  const { report, set, rows } = worldOf();
  await report('DOWN');
  await set(id(1), 'ACTIVE');
  expect(await report('DOWN', 'h', 9)).toMatchObject({ changed: 1 });
  expect(statuses(rows)).toEqual(['DOWN', 'DOWN', 'DOWN']);
});

test('an unknown host is a 404, and nothing is recorded', async () => {
  const { report, planes } = worldOf();
  await expect(report('DOWN', 'nowhere')).rejects.toMatchObject({ code: 'not_found' });
  expect(planes.size).toBe(0);
  expect(await report('DOWN', 'registered')).toMatchObject({ ports: 0, changed: 0 });
});

test('a report whose ports cannot be written is still recorded', async () => {
  const { report, state, interruptions, planes, deps, rows } = worldOf();
  state.broken = true;
  expect(await report('DOWN')).toMatchObject({ ports: 3, changed: 0 });
  expect(interruptions).toEqual(['ports of a host']);
  state.broken = false;
  const plane = planes.get('h');
  expect(plane && (await applyDataPlane(deps, plane))).toMatchObject({
    ports: 3,
    changed: 3,
    failures: [],
  });
  expect(statuses(rows)).toEqual(['DOWN', 'DOWN', 'DOWN']);
});

test('ports that cannot be written do not stop others', async () => {
  const { report, rows, interruptions, toggles, deps, planes } = worldOf(1_000);
  const write = deps.changePorts;
  deps.changePorts = async (changes) => {
    if (changes.some(({ from }) => from.id === id(0))) throw new Error('this one never');
    return write(changes);
  };
  expect(await report('DOWN')).toMatchObject({ ports: 1_000, changed: 900 });
  expect(interruptions).toEqual(['ports of a host']);
  expect(statuses(rows).filter((status) => status === 'DOWN')).toHaveLength(900);
  expect(toggles()).toHaveLength(900);
  const plane = planes.get('h');
  await expect(plane && finishDataPlane(deps, plane)).rejects.toThrow('this one never');
});

test('late work of the fault-finisher does not undo a newer report on a port', async () => {
  const { report, set, state, planes, deps, rows, toggles } = worldOf(2);
  state.hidden.add(id(0));
  await report('DOWN');
  await set(id(0), 'ACTIVE');
  await set(id(1), 'ACTIVE');
  state.hidden.clear();
  const plane = planes.get('h');
  expect(plane && (await applyDataPlane(deps, plane))).toMatchObject({ changed: 0 });
  expect(statuses(rows)).toEqual(['ACTIVE', 'ACTIVE']);
  // The first port owed the report when it was changed, so its owner is notified of both.
  const ofFirst = toggles().filter(({ stamp }) => stamp?.resource === id(0));
  expect(ofFirst.map(({ stamp }) => stamp?.revision)).toEqual([2, 3]);
});

test('reports that were never applied are notified one by one', async () => {
  const { report, state, planes, deps, toggles } = worldOf(1);
  state.broken = true;
  await report('DOWN', 'h', 1);
  await report('ACTIVE', 'h', 2);
  await report(null, 'h', 3);
  state.broken = false;
  const plane = planes.get('h');
  if (plane) await applyDataPlane(deps, plane);
  const traits = toggles().map(({ traits: given }) =>
    given.flatMap(([name, , value]) => (name === 'data_plane_status' ? [value] : [])),
  );
  expect(traits).toEqual([['DOWN'], ['ACTIVE'], []]);
});

test('a port that moves while its host is reported is notified of that report first, then of its new host', async () => {
  const { report, state, rows, toggles, bind } = worldOf(2);
  state.hidden.add(id(0));
  await report('DOWN');
  await bind(id(0), 'g');
  expect(rows.get(id(0))).toMatchObject({
    ...{ data_plane_status: null, 'binding:host_id': 'g', report_number: 0, revision: 3 },
  });
  const ofIt = toggles().filter(({ stamp }) => stamp?.resource === id(0));
  expect(ofIt.map(({ stamp }) => stamp?.revision)).toEqual([2, 3]);
});

test('another writer that changes a port meanwhile loses nothing, and is not undone', async () => {
  const { report, state, set, rows, deps } = worldOf(2);
  state.meanwhile = () =>
    changePort(
      deps,
      id(0),
      (port) =>
        port &&
        updatedPort(port, { name: 'new' }, { user_id: 'u', request_id: 'r', at: minute(5) }),
    );
  await report('DOWN');
  expect(rows.get(id(0))).toMatchObject({ name: 'new', data_plane_status: 'DOWN' });
  state.meanwhile = () => report('ACTIVE', 'h', 3);
  await set(id(1), null);
  expect(statuses(rows)).toEqual(['ACTIVE', null]);
});
