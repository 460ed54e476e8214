import { expect, test } from 'vitest';
import { faultId } from '../../../domain/ids.ts';
import { boundRow, isRebound, takingOver } from '../../../domain/ports/binding.ts';
import { type HostDataPlane, reportedDataPlane } from '../../../domain/ports/host-data-plane.ts';
import type { DataPlaneStatus } from '../../../domain/ports/port.ts';
import { id, minute } from '../rows.ts';
import { portWith } from './ports.ts';

const planeAfter = (...statuses: DataPlaneStatus[]): HostDataPlane | undefined =>
  statuses.reduce<HostDataPlane | undefined>(
    (plane, data_plane_status, n) =>
      reportedDataPlane(plane, {
        ...{ host: 'new', data_plane_status, newId: () => id(900) },
        actor: { user_id: 'sdn', request_id: `req-${n}`, at: minute(n) },
        reporter: { user_id: 'sdn', user_name: 'sdn', project_id: 'ops' },
      }).plane,
    undefined,
  );

const none = planeAfter();
const down = planeAfter('DOWN');
const active = planeAfter('DOWN', 'ACTIVE');
const unknown = planeAfter('DOWN', null);

test.each([
  { from: 'old', was: 'DOWN', plane: none, is: null },
  { from: 'old', was: 'ACTIVE', plane: none, is: null },
  { from: 'old', was: 'DOWN', plane: active, is: 'ACTIVE' },
  { from: 'old', was: 'DOWN', plane: unknown, is: null },
  { from: 'old', was: null, plane: down, is: 'DOWN' },
  { from: 'old', was: 'ACTIVE', plane: down, is: 'DOWN' },
  // While the port is on no host, reports on it are not about another host.
  { from: '', was: 'DOWN', plane: none, is: 'DOWN' },
  { from: '', was: 'DOWN', plane: unknown, is: null },
  { from: '', was: 'ACTIVE', plane: down, is: 'DOWN' },
] as const)('a port that was $was on host "$from" is $is on its new one', (given) => {
  const port = portWith({ 'binding:host_id': given.from, data_plane_status: given.was });
  expect(takingOver(port, given.plane)).toEqual({ ...port, data_plane_status: given.is });
});

test.each([
  { before: null, status: 'DOWN', plane: down, toggled: true, fault: true },
  { before: 'DOWN', status: 'DOWN', plane: down, toggled: false, fault: true },
  { before: 'DOWN', status: null, plane: none, toggled: true, fault: false },
  { before: 'DOWN', status: 'ACTIVE', plane: active, toggled: true, fault: false },
  { before: null, status: null, plane: none, toggled: false, fault: false },
  // The request itself reports another status of the data plane there.
  { before: 'DOWN', status: 'ACTIVE', plane: down, toggled: true, fault: false },
  { before: null, status: 'DOWN', plane: active, toggled: true, fault: false },
] as const)(
  'from $before to $status is a toggle: $toggled, caused by the host’s fault: $fault',
  ({ before, status, plane, toggled, fault }) => {
    const row = boundRow(portWith({ data_plane_status: status }), before, plane);
    expect(row).toMatchObject({
      data_plane_status: status,
      report_number: plane?.number ?? 0,
      last_change: {
        data_plane_toggled: toggled,
        old_data_plane_status: toggled ? before : null,
        fault_id: fault ? faultId(id(900), 1) : null,
      },
    });
  },
);

test('a port is rebound when its host changes, and when it gets or loses one', () => {
  const on = (host: string) => portWith({ 'binding:host_id': host });
  expect(isRebound(on('a'), on('b'))).toBe(true);
  expect(isRebound(on(''), on('b'))).toBe(true);
  expect(isRebound(on('a'), on(''))).toBe(true);
  expect(isRebound(on('a'), on('a'))).toBe(false);
});
