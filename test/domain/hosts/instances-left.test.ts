/** A host forced down by its flag alone: docs/wire/compute.md#a-host-that-is-reported-down. */
import { expect, test } from 'vitest';
import { hostEvent } from '../../../domain/events/event.ts';
import { faultOf, standingFault } from '../../../domain/hosts/fault.ts';
import { Host, stateOf } from '../../../domain/hosts/host.ts';
import { owedFault } from '../../../domain/hosts/host-fault.ts';
import { deletedHost, registeredHost } from '../../../domain/hosts/registered-host.ts';
import { afterUpdate, type ServiceUpdate } from '../../../domain/hosts/service-update.ts';
import { registeredInstance } from '../../../domain/servers/registered-instance.ts';
import { afterAction } from '../../../domain/servers/server-action.ts';
import { traitOf } from '../../flows/world.ts';
import { downHost, factsOf, hostFactsOf, hostWith, id, instanceWith, minute } from '../rows.ts';

const actor = { user_id: 'monitor', request_id: 'req-report', at: minute(20) };
const reporter = { user_id: 'monitor', user_name: 'doctor', project_id: 'ops' };
const update = (host: Host, of: ServiceUpdate) => afterUpdate(host, of, actor, reporter);

/** The states of a host: up; down only by its flag; down by the newer of its two faults. */
const hosts = {
  up: hostWith({ fault_number: 2 }),
  left: hostWith({ forced_down: true, instances_left: true, fault_number: 2 }),
  failed: downHost(2),
} as const;
type Standing = keyof typeof hosts;
const standings = ['up', 'left', 'failed'] as const;

const asked = {
  'the flag alone': { forced_down: true, instances_left: true },
  'a report': { forced_down: true },
  'up again': { forced_down: false },
  'up again, the flag alone': { forced_down: false, instances_left: true },
  'something else': { status: 'disabled', disabled_reason: null, instances_left: true },
} as const satisfies Record<string, ServiceUpdate>;

type Case = {
  from: Standing;
  ask: keyof typeof asked;
  to: Standing;
  fault: 'opened' | 'closed' | '-';
};
const cases: Case[] = [
  { from: 'up', ask: 'the flag alone', to: 'left', fault: '-' },
  { from: 'up', ask: 'a report', to: 'failed', fault: 'opened' },
  { from: 'up', ask: 'up again', to: 'up', fault: '-' },
  { from: 'up', ask: 'up again, the flag alone', to: 'up', fault: '-' },
  { from: 'up', ask: 'something else', to: 'up', fault: '-' },
  { from: 'left', ask: 'the flag alone', to: 'left', fault: '-' },
  { from: 'left', ask: 'a report', to: 'failed', fault: 'opened' },
  { from: 'left', ask: 'up again', to: 'up', fault: '-' },
  { from: 'left', ask: 'up again, the flag alone', to: 'up', fault: '-' },
  { from: 'left', ask: 'something else', to: 'left', fault: '-' },
  { from: 'failed', ask: 'the flag alone', to: 'failed', fault: '-' },
  { from: 'failed', ask: 'a report', to: 'failed', fault: '-' },
  { from: 'failed', ask: 'up again', to: 'up', fault: 'closed' },
  { from: 'failed', ask: 'up again, the flag alone', to: 'up', fault: 'closed' },
  { from: 'failed', ask: 'something else', to: 'failed', fault: '-' },
];

const standingOf = ({ forced_down, instances_left }: Host): Standing | 'neither' => {
  if (!forced_down) return instances_left ? 'neither' : 'up';
  return instances_left ? 'left' : 'failed';
};

test.each(cases)('$ask changes a host from $from to $to; fault: $fault', (each) => {
  const from = hosts[each.from];
  const report = update(from, asked[each.ask]);
  const unchanged = each.from === each.to && each.ask !== 'something else';
  if (unchanged) return expect(report).toBeUndefined();
  expect(report && standingOf(report.host)).toBe(each.to);
  expect(report?.host.fault_number).toBe(each.fault === 'opened' ? 3 : 2);
  expect(report?.fault ? Object.keys(report.fault) : ['-']).toEqual([each.fault]);
});

test.each(standings)(
  'a host that is %s has a standing fault only if it was reported',
  (standing) => {
    const host = hosts[standing];
    const fault = standing === 'failed' ? faultOf(host, 2) : undefined;
    expect(standingFault(host)).toEqual(fault);
    expect(hostEvent(host).fault_id).toBe(fault?.fault_id ?? null);
    expect(traitOf(hostEvent(host), 'fault_id')).toBe(fault?.fault_id);
    expect(traitOf(hostEvent(host), 'forced_down')).toBe(String(standing !== 'up'));
    const clock = { now: minute(20), serviceDownTimeSeconds: 60 };
    expect(stateOf(host, clock)).toBe(standing === 'up' ? 'up' : 'down');
  },
);

test('the flag owes no fault to an instance, and a fault reported before stays owed', () => {
  expect(owedFault(instanceWith({ fault_number: 2 }), hosts.left)).toBeUndefined();
  expect(owedFault(instanceWith({ fault_number: 1 }), hosts.left)).toMatchObject({ number: 2 });
});

/** An instance after a feed reported that it runs on the host. */
const said = (host: Host) =>
  registeredInstance(undefined, id(10), host, {
    facts: factsOf(instanceWith()),
    reported_at: minute(15),
    actor,
    newId: () => id(99),
  }).row.vm_state;
const reset = (host: Host) =>
  afterAction(
    { instance: instanceWith({ vm_state: 'error', fault_number: 2 }), host, up: false },
    { name: 'os-resetState', state: 'active' },
    actor,
  )?.vm_state;

test.each([
  ['up', 'active'],
  ['left', 'active'],
  ['failed', 'stopped'],
] as const)(
  'on a host that is %s, an instance that is registered or reset is %s',
  (standing, vm_state) => {
    expect([said(hosts[standing]), reset(hosts[standing])]).toEqual([vm_state, vm_state]);
  },
);

test('no instance is started or stopped on a host with the flag: its service is down', () => {
  const instance = instanceWith({ fault_number: 2 });
  const act = () =>
    afterAction({ instance, host: hosts.left, up: false }, { name: 'os-stop' }, actor);
  expect(act).toThrow(/host is down/);
});

test('a report from before an earlier fault gets that fault, with the flag or without', () => {
  const host = { ...hosts.left, last_fault: { at: minute(16), user_id: 'm', request_id: 'r' } };
  expect(said(host)).toBe('stopped');
});

test('a host that is deleted and registered again is up', () => {
  const gone = deletedHost(hosts.left, actor);
  expect(standingOf(gone)).toBe('up');
  const report = { reported_at: undefined, actor, newId: () => id(99) };
  const { row } = registeredHost(gone, 'compute-1', { facts: hostFactsOf(gone), ...report }, 2);
  expect(standingOf(row)).toBe('up');
});

test('a row without the field is read as a reported fault', () => {
  const { instances_left: _, ...old } = downHost();
  expect(Host.parse(old)).toEqual(downHost());
});
