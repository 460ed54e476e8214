/** Updates of a compute service: reports, status and maintenance. */

import { expect, test } from 'vitest';
import { Host } from '../../../domain/hosts/host.ts';
import { afterUpdate } from '../../../domain/hosts/service-update.ts';
import { faultId } from '../../../domain/ids.ts';
import { downHost, faultSeries, hostWith, minute } from '../rows.ts';

const actor = { user_id: 'monitor', request_id: 'req-report', at: minute(10) };

const reporter = { user_id: 'monitor', user_name: 'doctor', project_id: 'ops' };

const update = (host: Parameters<typeof afterUpdate>[0], of: Parameters<typeof afterUpdate>[1]) =>
  afterUpdate(host, of, actor, reporter);

test('a report makes the host down, leaves its status, and opens a fault with the next number', () => {
  const host = hostWith({ fault_number: 4, status: 'enabled' });
  expect(update(host, { forced_down: true })).toEqual({
    host: {
      ...host,
      forced_down: true,
      held_by: [
        { condition_id: 'os-services', source: 'os-services', fenced: true, cleared: false },
      ],
      held_number: 1,
      fault_number: 5,
      revision: 2,
      updated_at: actor.at,
      last_fault: actor,
      last_change: { ...actor, event_type: 'service.update' },
    },
    fault: {
      opened: {
        kind: 'host',
        host: 'compute-1',
        number: 5,
        fault_id: faultId(faultSeries, 5),
        at: actor.at,
        reported_by: reporter,
        request_id: actor.request_id,
        source: null,
        cleared_at: null,
        applied_to_cloud: null,
      },
    },
  });
});

test('the same report again changes nothing', () => {
  expect(update(downHost(), { forced_down: true })).toBeUndefined();
  expect(update(hostWith(), { forced_down: false })).toBeUndefined();
});

test('up again closes the fault and keeps its number', () => {
  const report = update(downHost(2), { forced_down: false });
  expect(report).toMatchObject({
    host: { forced_down: false, fault_number: 2 },
    fault: { closed: 2 },
  });
});

test.each([
  { status: 'disabled', disabled_reason: 'repair' },
  { status: 'disabled', disabled_reason: null },
] as const)('disabling a host never sets it down: %o', (of) => {
  expect(update(hostWith(), of)).toMatchObject({
    host: { ...of, forced_down: false, fault_number: 0, revision: 2 },
    fault: undefined,
  });
});

test('both may be requested in one change', () => {
  const report = update(hostWith(), {
    status: 'disabled',
    disabled_reason: 'x',
    forced_down: true,
  });
  expect(report).toMatchObject({
    host: { status: 'disabled', forced_down: true, revision: 2 },
    fault: { opened: { number: 1 } },
  });
});

test('other updates do not change maintenance, also a report that the host is down', () => {
  const host = hostWith({ maintenance: true });
  expect(update(host, { forced_down: true })).toMatchObject({ host: { maintenance: true } });
  expect(update(host, { status: 'disabled' })).toMatchObject({ host: { maintenance: true } });
});

test('a row without the field is read as not in maintenance', () => {
  const { maintenance: _, ...old } = hostWith();
  expect(Host.parse(old)).toEqual(hostWith({ maintenance: false }));
});
