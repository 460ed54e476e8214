/** Faults that the rows of instances do not reflect yet, and how they are settled. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { instanceEvent } from '../../../domain/events/event.ts';
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

const actor = { user_id: 'monitor', request_id: 'req-report', at: minute(10) };

const reporter = { user_id: 'monitor', user_name: 'doctor', project_id: 'ops' };

const update = (host: Parameters<typeof afterUpdate>[0], of: Parameters<typeof afterUpdate>[1]) =>
  afterUpdate(host, of, actor, reporter);

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
