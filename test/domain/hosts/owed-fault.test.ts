import fc from 'fast-check';
import { expect, test } from 'vitest';
import { instanceEvent } from '../../../domain/events/event.ts';
import { Host } from '../../../domain/hosts/host.ts';
import { asSeen, owedFault, settled } from '../../../domain/hosts/host-fault.ts';
import { afterUpdate } from '../../../domain/hosts/service-update.ts';
import { faultId } from '../../../domain/ids.ts';
import { Instance, powerStates, vmStates } from '../../../domain/servers/instance.ts';
import { downHost, faultSeries, hostWith, instanceWith, minute } from '../rows.ts';

const anyInstance = fc
  .record({
    vm_state: fc.constantFrom(...vmStates),
    power_state: fc.constantFrom(...Object.values(powerStates)),
    task_state: fc.constantFrom(null, 'spawning', 'rebuilding', 'deleting', 'rebooting'),
    fault_number: fc.nat(3),
    reported_at: fc.constantFrom(minute(1), minute(11)),
    host: fc.constantFrom('compute-1', 'compute-1', 'compute-2', null),
    deleted: fc.constantFrom(false, false, false, true),
  })
  .map(instanceWith);
const anyHost = fc
  .record({ number: fc.integer({ min: 1, max: 3 }), forced_down: fc.boolean() })
  .map(({ number, forced_down }) => downHost(number, { forced_down }));

test.each([
  { owed: 'nothing', why: 'it was written after the fault', number: 1, host: downHost(1) },
  { owed: 'the fault', why: 'it was written before the fault', number: 0, host: downHost(1) },
  {
    owed: 'the fault',
    why: 'the host is up again, which mends nothing',
    number: 0,
    host: downHost(1, { forced_down: false }),
  },
  {
    owed: 'the fault',
    why: 'the host was deleted since',
    number: 0,
    host: downHost(1, { forced_down: false, deleted: true }),
  },
  { owed: 'nothing', why: 'its host is not known', number: 0, host: undefined },
  { owed: 'nothing', why: 'the host is not its own', number: 0, host: downHost(1, { host: 'x' }) },
])('the owed fault of an instance is $owed: $why', ({ owed, number, host }) => {
  const fault = owedFault(instanceWith({ fault_number: number }), host);
  expect(fault?.fault_id).toBe(owed === 'nothing' ? undefined : faultId(faultSeries, 1));
});

test('the first of several faults after the row is owed', () => {
  const fault = owedFault(instanceWith({ fault_number: 1 }), downHost(3));
  expect(fault).toMatchObject({ number: 2, fault_id: faultId(faultSeries, 2) });
});

test('no fault is owed to a deleted instance', () => {
  expect(owedFault(instanceWith({ deleted: true }), downHost())).toBeUndefined();
});

test('a settled row has a new revision with the reporter and the time of the fault', () => {
  expect(settled(instanceWith(), downHost())).toMatchObject({
    vm_state: 'stopped',
    power_state: 4,
    revision: 2,
    fault_number: 1,
    reported_at: minute(10),
    updated_at: minute(10),
    last_change: {
      user_id: 'monitor',
      request_id: 'req-report',
      at: minute(10),
      event_type: 'compute.instance.update',
      old_state: 'active',
      fault_id: faultId(faultSeries, 1),
    },
  });
});

test('an exempt instance records the number and sends no event', () => {
  const shelved = instanceWith({ vm_state: 'shelved' });
  expect(settled(shelved, downHost())).toEqual({ ...shelved, fault_number: 1 });
});

test('a registration with a later time keeps that time', () => {
  const newer = instanceWith({ reported_at: minute(11) });
  expect(settled(newer, downHost())?.reported_at).toBe(minute(11));
});

test('settling twice equals once', () => {
  fc.assert(
    fc.property(anyInstance, anyHost, (instance, host) => {
      const once = asSeen(instance, host);
      expect(settled(once, host)).toBeUndefined();
      expect(asSeen(once, host)).toEqual(once);
    }),
  );
});

test('a settled row is a valid row, never with a lower revision, number or time', () => {
  fc.assert(
    fc.property(anyInstance, anyHost, (instance, host) => {
      const after = Instance.parse(asSeen(instance, host));
      expect(after.revision).toBeGreaterThanOrEqual(instance.revision);
      expect(after.fault_number).toBeGreaterThanOrEqual(instance.fault_number);
      expect(after.reported_at >= instance.reported_at).toBe(true);
    }),
  );
});

test('every writer at every time makes the same settled row, and so the same event', () => {
  fc.assert(
    fc.property(anyInstance, fc.nat(2), (instance, later) => {
      const [reported, up] = [
        downHost(1),
        downHost(1, { forced_down: false, revision: 3 + later }),
      ];
      const [soon, late] = [settled(instance, reported), settled(instance, up)];
      expect(late).toEqual(soon);
      expect(late && instanceEvent(late)).toEqual(soon && instanceEvent(soon));
    }),
  );
});

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

test.each([true, false])(
  'maintenance set %s changes the flag, and neither status nor fault',
  (maintenance) => {
    const host = hostWith({ maintenance: !maintenance, fault_number: 3 });
    expect(update(host, { maintenance })).toEqual({
      host: {
        ...host,
        maintenance,
        maintenance_number: 1,
        revision: 2,
        updated_at: actor.at,
        last_change: { ...actor, event_type: 'service.update' },
      },
      fault: undefined,
    });
    expect(update({ ...host, maintenance }, { maintenance })).toBeUndefined();
  },
);

test('other updates do not change maintenance, also a report that the host is down', () => {
  const host = hostWith({ maintenance: true });
  expect(update(host, { forced_down: true })).toMatchObject({ host: { maintenance: true } });
  expect(update(host, { status: 'disabled' })).toMatchObject({ host: { maintenance: true } });
});

test('a row without the field is read as not in maintenance', () => {
  const { maintenance: _, ...old } = hostWith();
  expect(Host.parse(old)).toEqual(hostWith({ maintenance: false }));
});
