import { expect, test } from 'vitest';
import { faultId } from '../../../domain/ids.ts';
import {
  type HostDataPlane,
  owedRows,
  portAsSeen,
  reportedDataPlane,
} from '../../../domain/ports/host-data-plane.ts';
import type { DataPlaneStatus } from '../../../domain/ports/port.ts';
import { portEvents } from '../../../domain/ports/port-event.ts';
import { id, minute } from '../rows.ts';
import { portWith } from './ports.ts';

const reporter = { user_id: 'sdn', user_name: 'sdn', project_id: 'ops' };
const reportOf = (data_plane_status: DataPlaneStatus, n = 1) => ({
  ...{ host: 'h', data_plane_status, reporter, newId: () => id(900) },
  actor: { user_id: 'sdn', request_id: `req-${n}`, at: minute(n) },
});

/** The state after reports on a host, one each minute. */
function planeAfter(...statuses: DataPlaneStatus[]): HostDataPlane | undefined {
  return statuses.reduce<HostDataPlane | undefined>(
    (plane, status, n) => reportedDataPlane(plane, reportOf(status, n + 1)).plane,
    undefined,
  );
}

const onHost = portWith({ 'binding:host_id': 'h' });

test('a first report of DOWN opens a fault, numbered downwards', () => {
  const fault_id = faultId(id(900), 1);
  const { plane, fault } = reportedDataPlane(undefined, reportOf('DOWN'));
  expect(plane).toEqual({
    ...{ host: 'h', number: 1, fault_series: id(900), open_fault: 1 },
    reports: [
      {
        ...{ number: 1, data_plane_status: 'DOWN', at: minute(1), fault_id },
        ...{ user_id: 'sdn', request_id: 'req-1' },
      },
    ],
  });
  expect(fault).toEqual({
    opened: {
      ...{ kind: 'data_plane', host: 'h', number: -1, fault_id, at: minute(1) },
      ...{ reported_by: reporter, request_id: 'req-1', source: null, cleared_at: null },
      applied_to_cloud: null,
    },
  });
});

test('a repeated DOWN is a report of the same fault, which it opens no second time', () => {
  const { plane, fault } = reportedDataPlane(planeAfter('DOWN'), reportOf('DOWN', 2));
  expect(fault).toBeUndefined();
  expect(plane).toMatchObject({ number: 2, open_fault: 1 });
  expect(new Set(plane.reports.map(({ fault_id }) => fault_id)).size).toBe(1);
});

test.each(['ACTIVE', null] as const)('%s closes the fault; the next DOWN is another', (status) => {
  const before = planeAfter('DOWN', 'DOWN');
  const { plane, fault } = reportedDataPlane(before, reportOf(status, 3));
  expect(fault).toEqual({ closed: -1 });
  expect(plane).toMatchObject({ number: 3, open_fault: null });
  const next = reportedDataPlane(plane, reportOf('DOWN', 4));
  expect(next.fault).toMatchObject({ opened: { number: -4, fault_id: faultId(id(900), 4) } });
});

test.each(['ACTIVE', null] as const)('%s without a fault closes none', (status) => {
  expect(reportedDataPlane(undefined, reportOf(status)).fault).toBeUndefined();
});

test('a port is owed the reports since its row was written, each that changes it', () => {
  const plane = planeAfter('DOWN', 'DOWN', 'ACTIVE');
  const rows = owedRows(onHost, plane);
  expect(rows).toMatchObject([
    { data_plane_status: 'DOWN', revision: 2, report_number: 1, updated_at: minute(1) },
    { data_plane_status: 'ACTIVE', revision: 3, report_number: 3, updated_at: minute(3) },
  ]);
  expect(rows.map(({ last_change }) => last_change)).toMatchObject([
    {
      ...{ user_id: 'sdn', request_id: 'req-1', at: minute(1), data_plane_toggled: true },
      ...{ old_data_plane_status: null, old_status: null, fault_id: faultId(id(900), 1) },
    },
    { request_id: 'req-3', old_data_plane_status: 'DOWN', fault_id: null },
  ]);
  expect(portAsSeen(onHost, plane)).toEqual(rows[1]);
});

test('an older report, however late, does not undo a newer report on the port', () => {
  const plane = planeAfter('DOWN');
  const newer = { ...onHost, data_plane_status: 'ACTIVE', report_number: 1, revision: 3 } as const;
  expect(owedRows(newer, plane)).toEqual([]);
  expect(owedRows(newer, planeAfter('DOWN', 'DOWN'))).toMatchObject([
    { data_plane_status: 'DOWN', report_number: 2, revision: 4 },
  ]);
});

test.each([
  { what: 'on another host', port: portWith({ 'binding:host_id': 'other' }) },
  { what: 'on no host', port: portWith() },
  { what: 'deleted', port: { ...onHost, deleted: true } },
  { what: 'down already', port: { ...onHost, data_plane_status: 'DOWN' } as const },
])('a port $what owes no report', ({ port }) => {
  expect(owedRows(port, planeAfter('DOWN'))).toEqual([]);
  expect(portAsSeen(port, planeAfter('DOWN'))).toBe(port);
});

test('a report that is applied in parts writes the same rows', () => {
  const whole = owedRows(onHost, planeAfter('DOWN', 'ACTIVE'));
  const [first] = owedRows(onHost, planeAfter('DOWN'));
  expect(first && [first, ...owedRows(first, planeAfter('DOWN', 'ACTIVE'))]).toEqual(whole);
});

test('the stored reports of a host are limited in number', () => {
  const statuses = Array.from({ length: 50 }, (_, n) =>
    n % 2 === 0 ? ('DOWN' as const) : ('ACTIVE' as const),
  );
  const plane = planeAfter(...statuses);
  expect(plane?.reports).toHaveLength(20);
  expect(plane?.reports.at(-1)).toMatchObject({ number: 50, data_plane_status: 'ACTIVE' });
});

test('a report sends its toggle, and the end of an update that no caller requested of the port', () => {
  const [row = onHost] = owedRows(onHost, planeAfter('DOWN'));
  const events = portEvents(row);
  expect(events.map(({ event_type }) => event_type)).toEqual([
    'port.data_plane_status.update',
    'port.update.end',
  ]);
  for (const { traits, fault_id } of events) {
    expect(fault_id).toBe(row.last_change.fault_id);
    expect(traits).toContainEqual(['cause', 1, 'data_plane_fault']);
  }
});
