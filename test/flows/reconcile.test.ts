import { expect, test } from 'vitest';
import { hostEvent, instanceEvent } from '../../domain/events/event.ts';
import { affectedBy } from '../../domain/hosts/affected.ts';
import { settled } from '../../domain/hosts/host-fault.ts';
import { noticeOf } from '../../domain/hosts/maintenance.ts';
import { deletedHost } from '../../domain/hosts/registered-host.ts';
import { owedRows, reportedDataPlane } from '../../domain/ports/host-data-plane.ts';
import { portEvents } from '../../domain/ports/port-event.ts';
import { reconcile } from '../../flows/reconcile.ts';
import type { RowChange } from '../../flows/row-change.ts';
import { portWith } from '../domain/ports/ports.ts';
import { downHost, hostWith, id, instanceWith, minute } from '../domain/rows.ts';

/** What was sent, in order, each with the name of the call that sent it. */
async function reconciled(...changes: RowChange[]) {
  const steps: [string, unknown][] = [];
  const step = (name: string) => async (what: unknown) => {
    steps.push([name, what]);
  };
  const done = await reconcile(
    {
      sendCopies: step('copies'),
      sendFinish: step('finish'),
      sendHeard: step('heard'),
      deadLetter: step('deadLetter'),
      publishEvents: step('audit'),
      noteAffected: step('affected'),
      affectedBy: async () => [],
      noteChanges: async () => {},
      keepEvents: step('kept'),
      keepSwitches: step('switches'),
    },
    changes,
  );
  return { done, steps };
}

const [up, down] = [hostWith(), downHost()];
const [active, stopped] = [instanceWith(), settled(instanceWith(), downHost()) ?? instanceWith()];
const unreadable: RowChange = { kind: 'unreadable', letter: { reason: 'x', element: 1 } };

test('copies are sent first, then messages that finish the fault, then dead letters, then the audit', async () => {
  const { done, steps } = await reconciled(
    { kind: 'host', before: up, after: down },
    { kind: 'instance', before: active, after: stopped },
    unreadable,
  );
  const events = [hostEvent(down), instanceEvent(stopped)];
  expect(steps).toEqual([
    ['copies', events],
    ['finish', [{ host: 'compute-1', number: 1, of: 'instances' }]],
    ['deadLetter', [unreadable.letter]],
    ['audit', events],
    ['affected', affectedBy([stopped])],
    ['kept', events],
  ]);
  expect(done).toEqual({ events: 2, faults: 1, notices: 0, departures: 0, deadLettered: 1 });
});

test('an event is sent for a new row, whatever its revision', async () => {
  const { steps } = await reconciled({ kind: 'instance', before: undefined, after: active });
  expect(steps.map(([name]) => name)).toEqual(['copies', 'audit', 'kept']);
});

test('an event is sent for a row that replaces its tombstone, even if its revision is lower', async () => {
  const before = instanceWith({ deleted: true, revision: 9 });
  const { done } = await reconciled({
    kind: 'instance',
    before,
    after: instanceWith({ incarnation: id(77), revision: 1 }),
  });
  expect(done.events).toBe(1);
});

test.each<RowChange>([
  { kind: 'instance', before: active, after: { ...active, reported_at: minute(30) } },
  { kind: 'instance', before: active, after: { ...active, fault_number: 1 } },
  { kind: 'host', before: up, after: { ...up, reported_at: minute(30) } },
  { kind: 'host', before: up, after: { ...up, last_seen_up: minute(30) } },
])('a change without a new revision sends no event', async (change) => {
  expect((await reconciled(change)).steps).toEqual([]);
});

test.each([
  { what: 'up again', before: down, after: downHost(1, { forced_down: false, revision: 3 }) },
  {
    what: 'registered anew',
    before: deletedHost(down, down.last_change),
    after: downHost(1, { incarnation: id(9), forced_down: false }),
  },
])('a host that is $what has no new fault to finish', async ({ before, after }) => {
  const { done } = await reconciled({ kind: 'host', before, after });
  expect(done).toMatchObject({ events: 1, faults: 0 });
});

test.each([up, down])(
  'a deletion of a host is finished: instances that were being moved to it fail',
  async (host) => {
    const after = deletedHost(host, host.last_change);
    const { steps } = await reconciled({ kind: 'host', before: host, after });
    const number = host.fault_number;
    expect(steps).toContainEqual(['finish', [{ host: 'compute-1', number, of: 'instances' }]]);
  },
);

test('a switch of maintenance is finished with all that its events are made of', async () => {
  const after = hostWith({ maintenance: true, maintenance_number: 1, revision: 2 });
  const { done, steps } = await reconciled({ kind: 'host', before: up, after });
  expect(done).toEqual({ events: 1, faults: 0, notices: 1, departures: 0, deadLettered: 0 });
  expect(steps).toContainEqual(['finish', [{ notice: noticeOf(up, after) }]]);
});

test('a step that fails is not swallowed: the stream brings the records again', async () => {
  const failing = async () => {
    throw new Error('gone');
  };
  const done = reconcile(
    {
      ...{ sendCopies: failing, sendFinish: failing, deadLetter: failing, publishEvents: failing },
      ...{ noteAffected: failing, sendHeard: failing },
      ...{ affectedBy: failing, noteChanges: failing, keepEvents: failing, keepSwitches: failing },
    },
    [{ kind: 'host', before: up, after: down }],
  );
  await expect(done).rejects.toThrow('gone');
});

test('a port’s change is sent in all its events, and a report on a host’s ports is finished', async () => {
  const before = portWith({ 'binding:host_id': 'h' });
  const report = {
    ...{ host: 'h', data_plane_status: 'DOWN' as const, newId: () => id(900) },
    actor: { user_id: 'sdn', request_id: 'req-sdn', at: minute(3) },
    reporter: { user_id: 'sdn', user_name: 'sdn', project_id: 'ops' },
  };
  const { plane } = reportedDataPlane(undefined, report);
  const [after = before] = owedRows(before, plane);
  const again = reportedDataPlane(plane, report).plane;
  const { steps } = await reconciled(
    { kind: 'data plane', before: undefined, after: plane },
    { kind: 'port', before, after },
    { kind: 'port', before: after, after: { ...after, report_number: 9 } },
    { kind: 'data plane', before: plane, after: again },
  );
  expect(new Map(steps)).toEqual(
    new Map<string, unknown>([
      ['copies', portEvents(after)],
      ['finish', [1, 2].map((number) => ({ host: 'h', number, of: 'ports' }))],
      ['audit', portEvents(after)],
      ['affected', affectedBy([], [after])],
      ['kept', portEvents(after)],
    ]),
  );
  expect(affectedBy([], [after])).toMatchObject([{ project_id: 'a', uuids: new Set([after.id]) }]);
});

test('servers that left a host have their ports taken along, by host and each once', async () => {
  const on = (n: number, host: string | null) => instanceWith({ uuid: id(n), host });
  const move = (n: number, from: string | null, to: string | null, more = {}): RowChange => ({
    ...{ kind: 'instance', before: on(n, from), after: { ...on(n, to), revision: 2, ...more } },
  });
  const { done, steps } = await reconciled(
    move(1, 'a', 'b'),
    move(2, 'c', 'b'),
    move(3, 'a', 'c'),
    move(1, 'a', 'd'),
    // Not departures: the server arrived, stayed, is on no host any more, or was deleted.
    move(4, null, 'b'),
    move(5, 'a', 'a'),
    move(6, 'a', null),
    move(7, 'a', 'b', { deleted: true }),
  );
  const { at } = instanceWith().last_change;
  expect(steps.find(([name]) => name === 'finish')?.[1]).toEqual([
    { departed: { left: 'a', servers: [id(1), id(3)].map((uuid) => ({ uuid, at })) } },
    { departed: { left: 'c', servers: [{ uuid: id(2), at }] } },
  ]);
  expect(done).toMatchObject({ departures: 2, faults: 0 });
});

const held = { condition_id: id(7), source: 'heartbeat', fenced: false, cleared: false };
test.each([
  ['is held by missed heartbeats', { held_by: [held] }, 0, [['heard', ['compute-1']]]],
  ['is held by others', { held_by: [{ ...held, source: 'zabbix' }] }, 0, []],
  ['is heard already', { held_by: [{ ...held, cleared: true }] }, 0, []],
])('a host that is written without a change and %s', async (_, given, more, expected) => {
  const row = { ...hostWith({ heartbeat: true, forced_down: true }), ...given };
  const after = { ...row, revision: row.revision + more };
  const { steps } = await reconciled(...Array(2).fill({ kind: 'host', before: row, after }));
  expect(steps).toEqual(expected);
});

test('the report of missed heartbeats itself is no heartbeat', async () => {
  const before = hostWith({ heartbeat: true });
  const after = { ...before, forced_down: true, held_by: [held], revision: 2 };
  const { steps } = await reconciled({ kind: 'host', before, after });
  expect(steps.map(([name]) => name)).not.toContain('heard');
});

test('a host that need not send heartbeats any more is not held down by missed ones', async () => {
  const before = hostWith({ heartbeat: true, forced_down: true, held_by: [held] });
  const after = { ...before, heartbeat: false, revision: before.revision + 1 };
  const { steps } = await reconciled({ kind: 'host', before, after });
  expect(steps.find(([name]) => name === 'heard')).toEqual(['heard', ['compute-1']]);
});
