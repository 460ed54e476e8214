/** The rows that records of the streams add to the feed of changes. */
import { expect, test } from 'vitest';
import type { ChangeNote } from '../../domain/activity/change-feed.ts';
import { type Affected, affectedBy } from '../../domain/hosts/affected.ts';
import { settled } from '../../domain/hosts/host-fault.ts';
import { faultId } from '../../domain/ids.ts';
import { reportedDataPlane } from '../../domain/ports/host-data-plane.ts';
import { noteChanges } from '../../flows/note-changes.ts';
import type { RowChange } from '../../flows/row-change.ts';
import { portWith } from '../domain/ports/ports.ts';
import { downHost, hostWith, id, instanceWith, minute } from '../domain/rows.ts';

/** The rows of the feed, and the faults whose affected servers and ports were read. */
async function notesOf(changes: readonly RowChange[], touched: readonly Affected[] = []) {
  const notes: ChangeNote[] = [];
  const read: string[] = [];
  const instances = changes.flatMap((each) => (each.kind === 'instance' ? [each.after] : []));
  await noteChanges(
    {
      noteChanges: async (given) => {
        notes.push(...given);
      },
      affectedBy: async (ids) => {
        read.push(...ids);
        return touched.filter(({ fault_id }) => ids.includes(fault_id));
      },
    },
    changes,
    affectedBy(instances),
  );
  return { notes: new Map(notes.map(({ scope, changed }) => [scope, changed])), read };
}

const [up, down] = [hostWith(), downHost()];
const fault = faultId(down.fault_series, down.fault_number);
const active = instanceWith();
const stopped = settled(active, down) ?? active;

test('a fault: administrators get host, server and fault, owners the server and the fault', async () => {
  const { notes, read } = await notesOf([
    { kind: 'host', before: up, after: down },
    { kind: 'instance', before: active, after: stopped },
  ]);
  expect(notes.get('operators')).toMatchObject({
    hosts: [down.host],
    servers: [active.uuid],
    faults: [fault],
  });
  expect(notes.get(`project#${active.project_id}`)).toEqual({
    servers: [active.uuid],
    faults: [fault],
  });
  expect(read).toEqual([]);
});

test('no note of a project names a host or a condition', async () => {
  const { notes } = await notesOf([
    { kind: 'host', before: up, after: down },
    { kind: 'instance', before: active, after: stopped },
  ]);
  for (const [scope, changed] of notes) {
    if (scope === 'operators') continue;
    expect(Object.keys(changed).filter((kind) => ['hosts', 'conditions'].includes(kind))).toEqual(
      [],
    );
  }
});

test('the end of a fault is noted for the projects that it affected', async () => {
  const touched = [
    { fault_id: fault, project_id: 'a', at: minute(1), uuids: new Set([active.uuid]) },
  ];
  const { notes, read } = await notesOf([{ kind: 'host', before: down, after: up }], touched);
  expect(read).toEqual([fault]);
  expect(notes.get('operators')).toMatchObject({ hosts: [up.host], faults: [fault] });
  expect(notes.get('project#a')).toEqual({ faults: [fault] });
});

test('a condition that holds a host, and its end, are noted for administrators', async () => {
  const held = hostWith({
    forced_down: true,
    held_by: [{ condition_id: id(7), source: 'zabbix', fenced: false, cleared: false }],
    instances_left: true,
  });
  const raised = await notesOf([{ kind: 'host', before: up, after: held }]);
  expect(raised.notes.get('operators')).toEqual({ hosts: [up.host], conditions: [id(7)] });
  const ended = await notesOf([{ kind: 'host', before: held, after: up }]);
  expect(ended.notes.get('operators')).toEqual({ hosts: [up.host], conditions: [id(7)] });
});

test('a port is noted for its owner, and the fault of a data plane for administrators', async () => {
  const port = portWith({});
  const report = {
    ...{ host: 'h', data_plane_status: 'DOWN' as const, newId: () => id(900) },
    actor: { user_id: 'sdn', request_id: 'req-sdn', at: minute(3) },
    reporter: { user_id: 'sdn', user_name: 'sdn', project_id: 'ops' },
  };
  const { plane } = reportedDataPlane(undefined, report);
  const { notes } = await notesOf([
    { kind: 'port', before: undefined, after: port },
    { kind: 'data plane', before: undefined, after: plane },
  ]);
  expect(notes.get('operators')).toEqual({ ports: [port.id], faults: [faultId(id(900), 1)] });
  expect(notes.get(`project#${port.project_id}`)).toEqual({ ports: [port.id] });
});

test('a row that did not change is not noted', async () => {
  const { notes } = await notesOf([{ kind: 'instance', before: active, after: active }]);
  expect(notes.size).toBe(0);
});

test('a server that goes to another project is noted for both', async () => {
  const after = { ...active, project_id: 'other', revision: active.revision + 1 };
  const { notes } = await notesOf([{ kind: 'instance', before: active, after }]);
  expect([...notes.keys()].sort()).toEqual(
    ['operators', 'project#other', `project#${active.project_id}`].sort(),
  );
});
