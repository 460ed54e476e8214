import { expect, test } from 'vitest';
import { requestedDataPlane } from '../../../domain/ports/data-plane.ts';
import { isDataPlaneDown } from '../../../domain/ports/port.ts';

/** The rules of docs/wire/network.md#data-plane-status, case by case. */
test.each([
  { dp_down: true, stored: null, becomes: 'DOWN' },
  { dp_down: true, stored: 'ACTIVE', becomes: 'DOWN' },
  { dp_down: true, stored: 'DOWN', becomes: 'DOWN' },
  { dp_down: false, stored: null, becomes: null },
  { dp_down: false, stored: 'ACTIVE', becomes: 'ACTIVE' },
  { dp_down: false, stored: 'DOWN', becomes: 'ACTIVE' },
] as const)('dp_down $dp_down makes of $stored: $becomes', ({ dp_down, stored, becomes }) => {
  expect(requestedDataPlane({ dp_down }, stored)).toBe(becomes);
});

const stored = [null, 'ACTIVE', 'DOWN'] as const;

test.each([
  { data_plane_status: 'DOWN', dp_down: true },
  { data_plane_status: 'ACTIVE', dp_down: false },
  { data_plane_status: null, dp_down: false },
] as const)('$data_plane_status and dp_down $dp_down agree, whatever is stored', (both) => {
  for (const known of stored) expect(requestedDataPlane(both, known)).toBe(both.data_plane_status);
});

test.each([
  { data_plane_status: 'DOWN', dp_down: false },
  { data_plane_status: 'ACTIVE', dp_down: true },
  { data_plane_status: null, dp_down: true },
] as const)('$data_plane_status and dp_down $dp_down contradict each other', (both) => {
  for (const known of stored) {
    expect(() => requestedDataPlane(both, known)).toThrow(
      "'data_plane_status' and 'dp_down' do not match",
    );
  }
});

test.each(stored)(
  '%s alone is the requested status, and an empty request changes nothing',
  (status) => {
    for (const known of stored) {
      expect(requestedDataPlane({ data_plane_status: status }, known)).toBe(status);
      expect(requestedDataPlane({}, known)).toBeUndefined();
    }
  },
);

test('dp_down is shown as true only if the data plane was reported down', () => {
  expect(stored.map((data_plane_status) => isDataPlaneDown({ data_plane_status }))).toEqual([
    false,
    false,
    true,
  ]);
});
