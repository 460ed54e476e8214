/** What happened to a host, in one list. */
import { expect, test } from 'vitest';
import { Fault } from '../../../domain/hosts/fault.ts';
import {
  type HistoryEntry,
  type HostRecords,
  hostHistory,
  timeOfMarker,
} from '../../../domain/hosts/host-history.ts';
import type { HostSwitch } from '../../../domain/hosts/host-switch.ts';
import { Migration, noDepartures } from '../../../domain/servers/evacuation.ts';
import { evacuationWith, id, minute } from '../rows.ts';

const fault = Fault.parse({
  ...{ host: 'compute-1', number: 1, fault_id: id(500), at: minute(10), request_id: 'req-report' },
  reported_by: { user_id: 'm', user_name: 'monitor', project_id: 'ops' },
  ...{ source: 'zabbix', cleared_at: minute(30) },
});
const affected = [
  { fault_id: id(500), project_id: 'a', at: minute(10), uuids: new Set([id(1), id(2)]) },
  { fault_id: id(500), project_id: 'b', at: minute(10), uuids: new Set([id(3)]) },
];
const switched = (at: string, kinds: HostSwitch['kinds']): HostSwitch => ({
  ...{ host: 'compute-1', revision: 2, at, kinds },
  ...{ user_id: 'operator', request_id: 'req-switch' },
});
const moved = Migration.parse({ ...evacuationWith({ status: 'done' }), instance_uuid: id(1) });
const records = {
  ...{ faults: [fault], affected, migrations: [moved], departures: noDepartures },
  switches: [switched(minute(30), ['up', 'maintenance_ended']), switched(minute(5), ['disabled'])],
};

const entries = (given: Partial<HostRecords> = {}) =>
  hostHistory({ ...records, ...given }, { limit: 10 }).history;

test('faults, switches and evacuations come newest first, each with its caller and request', () => {
  const lines = entries().map(({ at, what, user_id, request_id }) =>
    [at.slice(11, 16), what, user_id, request_id].join(' '),
  );
  expect(lines).toEqual([
    '00:30 fault_cleared operator req-switch',
    '00:30 maintenance_ended operator req-switch',
    '00:12 evacuation operator req-evacuate',
    '00:10 fault_raised m req-report',
    '00:05 disabled operator req-switch',
  ]);
});

test('a fault has its reporter, its monitor and how much it affected', () => {
  const raised = entries().find(({ what }) => what === 'fault_raised');
  expect(raised).toMatchObject({
    ...{ fault_id: id(500), fault_kind: 'host', affected: 3 },
    ...{ source: 'zabbix', user_name: 'monitor' },
  });
});

test('an evacuation has its server, its target and the status that clients see', () => {
  const departures = { done: 0, restarts: 1, restarted_at: minute(40) };
  const [first] = entries({ faults: [], switches: [], departures });
  expect(first).toMatchObject({
    ...{ what: 'evacuation', server_id: id(1), dest: 'compute-2' },
    ...{ status: 'completed', updated_at: minute(40) },
  });
});

test('the end of a data plane fault has its caller', () => {
  const cleared_by = { user_id: 'controller', request_id: 'req-clear' };
  const faults = [Fault.parse({ ...fault, kind: 'data_plane', number: -1, cleared_by })];
  const ended = entries({ faults }).find(({ what }) => what === 'fault_cleared');
  expect(ended).toMatchObject({ fault_kind: 'data_plane', ...cleared_by });
});

test('the end of a fault without its switch has no caller, and an `up` without a fault is shown', () => {
  const unknown = entries({ switches: [] });
  expect(unknown[0]).toMatchObject({ what: 'fault_cleared', user_id: null, request_id: null });
  expect(entries({ faults: [] })).toContainEqual(
    expect.objectContaining({ what: 'up', user_id: 'operator' }),
  );
});

test.each([1, 2, 3, 4, 5, 6])('pages of %i have each entry once', (limit) => {
  const found: HistoryEntry[] = [];
  let marker: string | undefined;
  for (let pages = 1; ; pages += 1) {
    const page = hostHistory(records, { limit, marker });
    found.push(...page.history);
    expect(page.history.length).toBeLessThanOrEqual(limit);
    if (page.next === undefined) break;
    expect(pages).toBeLessThan(6);
    marker = page.next;
  }
  expect(found).toEqual(entries());
});

test('entries of one time differ by their kind, and by their fault or server', () => {
  const at = minute(12);
  const twins = [moved, { ...moved, uuid: id(90), instance_uuid: id(2) }];
  const all = { ...records, migrations: twins, switches: [switched(at, ['disabled'])] };
  const first = hostHistory(all, { limit: 2 });
  expect(timeOfMarker(first.next ?? '')).toBe(at);
  const second = hostHistory(all, { limit: 10, marker: first.next });
  expect([...first.history, ...second.history]).toEqual(hostHistory(all, { limit: 10 }).history);
});
