import { expect, test } from 'vitest';
import { hostKey, isSameHost } from '../../../domain/hosts/host-name.ts';
import { owedRows, reportedDataPlane } from '../../../domain/ports/host-data-plane.ts';
import { portWith } from '../ports/ports.ts';
import { id, minute } from '../rows.ts';

test.each([
  ['compute-1', 'Compute-1', true],
  ['Node.Example', 'node.EXAMPLE', true],
  ['compute-1', 'compute-2', false],
  ['compute_1', 'compute-1', false],
])('%s and %s are one host: %s', (one, other, same) => {
  expect(isSameHost(one, other)).toBe(same);
  expect(hostKey(one) === hostKey(other)).toBe(same);
});

const portsDown = (host: string) => ({
  ...({ host, data_plane_status: 'DOWN', newId: () => id(7) } as const),
  actor: { user_id: 'u', request_id: 'r', at: minute(1) },
  reporter: { user_id: 'u', user_name: 'u', project_id: 'p' },
});

test('a report on a host’s data plane is owed by its ports, however they spell the host', () => {
  const first = reportedDataPlane(undefined, portsDown('Compute-1'));
  const second = reportedDataPlane(first.plane, portsDown('COMPUTE-1'));
  expect(second.plane).toMatchObject({ host: 'Compute-1', number: 2 });
  const port = portWith({ 'binding:host_id': 'compute-1' });
  expect(owedRows(port, second.plane)).toMatchObject([{ data_plane_status: 'DOWN' }]);
});
