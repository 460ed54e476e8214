import fc from 'fast-check';
import { expect, test } from 'vitest';
import { asSeen } from '../../../domain/hosts/host-fault.ts';
import { deletedHost, registeredHost } from '../../../domain/hosts/registered-host.ts';
import { faultId } from '../../../domain/ids.ts';
import { reportTime } from '../../../domain/registration.ts';
import { type Instance, vmStates } from '../../../domain/servers/instance.ts';
import {
  deletedInstance,
  registeredInstance,
} from '../../../domain/servers/registered-instance.ts';
import {
  downHost,
  factsOf,
  faultSeries,
  firstFault,
  hostFactsOf,
  hostWith,
  id,
  instanceWith,
  minute,
} from '../rows.ts';

const actor = { user_id: 'feed', request_id: 'req-2', at: minute(20) };
let ids = 100;
const newId = () => id(++ids);
const host = hostWith();
const vm = instanceWith();

const reportHost = (existing = hostWith(), facts = {}, reported_at = minute(20)) =>
  registeredHost(
    existing,
    'compute-1',
    { facts: { ...hostFactsOf(host), ...facts }, reported_at, actor, newId },
    7,
  );
const report = (
  existing: Instance | undefined,
  facts: Partial<Instance> = {},
  { on = host, reported_at = minute(20) } = {},
) =>
  registeredInstance(existing, vm.uuid, on, {
    facts: factsOf({ ...(existing ?? vm), ...facts }),
    reported_at,
    actor,
    newId,
  });

test('a registration without a time counts as of now, and is never stale', () => {
  const untimed = { facts: factsOf({ ...vm, name: 'new' }), reported_at: undefined, actor, newId };
  const made = registeredInstance(undefined, vm.uuid, host, untimed);
  expect(made.row.reported_at).toBe(actor.at);
  const ahead = instanceWith({ reported_at: minute(21) });
  const { kind, row } = registeredInstance(ahead, vm.uuid, host, untimed);
  expect({ kind, name: row.name, at: row.reported_at }).toEqual({
    kind: 'changed',
    name: 'new',
    at: minute(21),
  });
  expect(deletedInstance(ahead, { reported_at: undefined, actor }).row).toMatchObject({
    deleted: true,
    reported_at: minute(21),
  });
});

test('a report may be at most a minute ahead', () => {
  expect(reportTime(undefined, minute(5))).toBeUndefined();
  expect(reportTime(minute(6), minute(5))).toBe(minute(6));
  expect(() => reportTime('2026-01-01T00:06:00.001Z', minute(5))).toThrow(
    expect.objectContaining({ code: 'invalid' }),
  );
});

test('a new host is up and enabled, has revision 1 and no fault', () => {
  const made = registeredHost(
    undefined,
    'compute-1',
    { facts: hostFactsOf(host), reported_at: minute(20), actor, newId },
    7,
  );
  expect(made).toMatchObject({
    kind: 'created',
    row: { status: 'enabled', forced_down: false, fault_number: 0, revision: 1, service_number: 7 },
  });
});

test.each([
  { kind: 'changed', facts: { vcpus: 64 }, at: minute(20), revision: 2 },
  { kind: 'kept', facts: {}, at: minute(20), revision: 1 },
  { kind: 'same', facts: {}, at: minute(0), revision: 1 },
  { kind: 'stale', facts: { vcpus: 64 }, at: '2025-12-31T23:59:59.999Z', revision: 1 },
])('the facts $facts of $at: the registered host is $kind', ({ kind, facts, at, revision }) => {
  const outcome = reportHost(host, facts, at);
  expect(outcome).toMatchObject({ kind, row: { revision } });
  if (kind !== 'changed')
    expect(outcome.row).toEqual({ ...host, reported_at: kind === 'kept' ? at : minute(0) });
});

test('a registration of a host that is down does not bring it up', () => {
  expect(reportHost(downHost(), { vcpus: 1 }).row).toMatchObject({
    forced_down: true,
    fault_number: 1,
    service_id: host.service_id,
  });
});

test('a host that is deleted and registered again is another host, and its faults count on', () => {
  const tombstone = deletedHost(downHost(3), actor);
  expect(tombstone).toMatchObject({ deleted: true, forced_down: false, fault_number: 3 });
  const anew = reportHost(tombstone);
  expect(anew).toMatchObject({
    kind: 'created',
    row: { deleted: false, revision: 1, fault_number: 3, forced_down: false },
  });
  expect(anew.row.incarnation).not.toBe(host.incarnation);
  expect(anew.row.service_id).not.toBe(host.service_id);
});

test('a stale report does not register a deleted host again', () => {
  const tombstone = deletedHost(host, actor);
  expect(reportHost(tombstone, {}, minute(19))).toEqual({ kind: 'stale', row: tombstone });
});

test('a new instance has the event of a creation and no old states', () => {
  expect(report(undefined)).toMatchObject({
    kind: 'created',
    row: {
      revision: 1,
      vm_state: 'active',
      last_change: { event_type: 'compute.instance.create.end', old_state: null, fault_id: null },
    },
  });
});

test.each([
  { kind: 'changed', facts: { vm_state: 'paused' }, at: minute(20) },
  { kind: 'changed', facts: { task_state: 'rebooting' }, at: minute(20) },
  { kind: 'changed', facts: { metadata: { a: 'b' } }, at: minute(20) },
  { kind: 'kept', facts: {}, at: minute(20) },
  { kind: 'same', facts: {}, at: minute(1) },
  { kind: 'stale', facts: { vm_state: 'paused' }, at: minute(0) },
] as const)('a registered instance is $kind by the facts $facts of $at', ({ kind, facts, at }) => {
  const outcome = report(vm, facts, { reported_at: at });
  expect(outcome.kind).toBe(kind);
  expect(outcome.row.revision).toBe(kind === 'changed' ? 2 : 1);
  if (kind === 'stale' || kind === 'same') expect(outcome.row).toEqual(vm);
  if (kind === 'kept') expect(outcome.row).toEqual({ ...vm, reported_at: at });
  if (kind === 'changed') expect(outcome.row.last_change.old_state).toBe('active');
});

test('another order of keys is no change', () => {
  const before = instanceWith({ metadata: { a: '1', b: '2' } });
  expect(report(before, { metadata: { b: '2', a: '1' } }).kind).toBe('kept');
});

test.each(vmStates)(
  'registered %s on a host that is down, an instance has the state after the fault',
  (vm_state) => {
    const made = report(undefined, { vm_state }, { on: downHost() }).row;
    const late = asSeen(instanceWith({ vm_state }), downHost());
    expect(made.vm_state).toBe(late.vm_state);
    expect(made.power_state).toBe(late.power_state);
    expect(made.pre_fault).toEqual(late.pre_fault);
    expect(made.fault_number).toBe(1);
    expect(made.vm_state).not.toBe('active');
  },
);

test.each([
  { reported: 'before the fault', at: minute(9), vm_state: 'stopped' },
  { reported: 'at its moment', at: minute(10), vm_state: 'active' },
  { reported: 'after it', at: minute(11), vm_state: 'active' },
])(
  'on a host that is up again, a report from $reported makes the instance $vm_state',
  ({ at, vm_state }) => {
    const up = downHost(1, { forced_down: false });
    const { row } = report(undefined, { vm_state: 'active' }, { on: up, reported_at: at });
    expect(row).toMatchObject({ vm_state, fault_number: 1 });
  },
);

test('a feed that repeats `active` on a host that is down changes nothing', () => {
  const stopped = asSeen(vm, downHost());
  const outcome = report(stopped, { vm_state: 'active', power_state: 1 }, { on: downHost() });
  expect(outcome).toEqual({ kind: 'kept', row: { ...stopped, reported_at: minute(20) } });
});

test('an instance that left a failed host has the reported states, and no owed fault', () => {
  const stopped = asSeen(vm, downHost());
  const other = hostWith({ host: 'compute-2', incarnation: id(50), fault_number: 0 });
  const moved = report(
    stopped,
    { host: 'compute-2', vm_state: 'active', power_state: 1 },
    { on: other },
  );
  expect(moved).toMatchObject({
    kind: 'changed',
    row: { host: 'compute-2', vm_state: 'active', fault_number: 0, pre_fault: null, revision: 3 },
  });
});

test('an instance that came to a host that is down gets its fault, with the reported states as those before', () => {
  const fault_id = faultId(faultSeries, 2);
  const moved = report(vm, { host: 'compute-2' }, { on: downHost(2, { host: 'compute-2' }) });
  expect(moved.row).toMatchObject({
    vm_state: 'stopped',
    fault_number: 2,
    pre_fault: { vm_state: 'active', fault_id },
    last_change: { old_state: 'active', fault_id },
  });
});

test('the states before a fault are kept while the instance is stopped, and dropped when it starts', () => {
  const up = downHost(1, { forced_down: false });
  const stopped = asSeen(vm, up);
  expect(report(stopped, { name: 'new' }, { on: up }).row.pre_fault).toMatchObject(firstFault);
  const started = report(stopped, { vm_state: 'active', power_state: 1 }, { on: up });
  expect(started.row).toMatchObject({ vm_state: 'active', pre_fault: null });
  expect(started.row.last_change).toMatchObject({ old_state: 'stopped', fault_id: null });
});

test('the states before a fault are dropped when the instance is stopped on another host', () => {
  const stopped = asSeen(vm, downHost());
  const off = { host: 'compute-2', vm_state: 'stopped', power_state: 4 } as const;
  const there = report(stopped, off, { on: hostWith({ host: 'compute-2' }) });
  expect(there.row).toMatchObject({ host: 'compute-2', vm_state: 'stopped', pre_fault: null });
});

test.each(vmStates)('an instance that is reported on no host is %s as reported', (vm_state) => {
  const gone = registeredInstance(vm, vm.uuid, undefined, {
    facts: factsOf({ ...vm, host: null, vm_state, power_state: 4, task_state: 't' }),
    ...{ reported_at: minute(20), actor, newId },
  });
  expect(gone.row).toMatchObject({ host: null, vm_state, power_state: 4, task_state: 't' });
});

test('a deleted instance leaves a tombstone, and a stale report does not create it again', () => {
  const gone = deletedInstance(vm, { reported_at: minute(15), actor: actor });
  expect(gone).toMatchObject({
    kind: 'changed',
    row: { deleted: true, vm_state: 'deleted', terminated_at: minute(20), revision: 2 },
  });
  expect(report(gone.row, {}, { reported_at: minute(14) })).toEqual({
    kind: 'stale',
    row: gone.row,
  });
});

test('an older report does not delete an instance', () => {
  expect(deletedInstance(vm, { reported_at: minute(0), actor: actor })).toEqual({
    kind: 'stale',
    row: vm,
  });
});

test('an instance that is registered again after its deletion has a new incarnation', () => {
  const gone = deletedInstance(vm, { reported_at: minute(15), actor: actor }).row;
  const anew = report(gone, { vm_state: 'active' });
  expect(anew).toMatchObject({
    kind: 'created',
    row: { deleted: false, revision: 1, uuid: vm.uuid },
  });
  expect(anew.row.incarnation).not.toBe(vm.incarnation);
});

test('a repeated registration changes nothing', () => {
  const states = fc.record({
    vm_state: fc.constantFrom(...vmStates),
    power_state: fc.constantFrom(0, 1, 4),
    task_state: fc.constantFrom(null, 'spawning', 'deleting', 'rebuilding'),
  });
  fc.assert(
    fc.property(fc.option(states), states, fc.nat(2), (before, facts, number) => {
      const on = number === 0 ? host : downHost(number);
      const existing = before ? asSeen(instanceWith(before), on) : undefined;
      const once = report(existing, facts, { on }).row;
      const reported = {
        facts: factsOf({ ...vm, ...facts }),
        reported_at: minute(20),
        actor,
        newId,
      };
      const twice = registeredInstance(once, vm.uuid, on, reported);
      expect(twice.row.revision).toBe(once.revision);
    }),
  );
});

test('a new instance whose report is older than its host’s last fault gets that fault, although the host is up again', () => {
  const { at } = firstFault;
  const since = { at, user_id: 'u', request_id: 'r' };
  const recovered = hostWith({ fault_number: 1, last_fault: since });
  const [reported_at, facts] = [minute(9), factsOf(vm)];
  const made = registeredInstance(undefined, id(7), recovered, {
    facts,
    reported_at,
    actor,
    newId,
  });
  expect(made.row).toMatchObject({ vm_state: 'stopped', pre_fault: { vm_state: 'active' } });
});
