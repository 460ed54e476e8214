import { expect, test } from 'vitest';
import { lookupKeysOfEvent } from '../../../domain/alarms/lookup.ts';
import { hostEvent } from '../../../domain/events/event.ts';
import { forTenant } from '../../../domain/events/visibility.ts';
import { Host } from '../../../domain/hosts/host.ts';
import {
  isConcerned,
  maintenanceEvent,
  Notice,
  noticeOf,
} from '../../../domain/hosts/maintenance.ts';
import { deletedHost, registeredHost } from '../../../domain/hosts/registered-host.ts';
import { afterUpdate } from '../../../domain/hosts/service-update.ts';
import { evacuated } from '../../../domain/servers/evacuate.ts';
import { Instance } from '../../../domain/servers/instance.ts';
import { registeredInstance } from '../../../domain/servers/registered-instance.ts';
import { traitOf } from '../../flows/world.ts';
import { factsOf, hostFactsOf, hostWith, id, instanceWith, minute } from '../rows.ts';

const actor = { user_id: 'admin', request_id: 'req-switch', at: minute(10) };
const reporter = { user_id: 'admin', user_name: 'admin', project_id: 'ops' };

/** A host after a change of its maintenance, and the notice of it. */
function switched(host: Host, maintenance: boolean) {
  const after = afterUpdate(host, { maintenance }, actor, reporter)?.host ?? host;
  return { after, notice: Notice.parse(noticeOf(host, after)) };
}
const on = switched(hostWith(), true);
const off = switched(on.after, false);

test('each switch raises the number, and no other change does', () => {
  expect([on.notice, off.notice]).toMatchObject([
    { number: 1, maintenance: true, revision: 2, at: minute(10), request_id: 'req-switch' },
    { number: 2, maintenance: false, revision: 3 },
  ]);
  const down = afterUpdate(on.after, { forced_down: true }, actor, reporter)?.host ?? hostWith();
  expect(noticeOf(on.after, down)).toBeUndefined();
  expect(noticeOf(on.after, { ...on.after, last_seen_up: minute(11) })).toBeUndefined();
  expect(noticeOf(undefined, hostWith())).toBeUndefined();
});

test('a host that is deleted in maintenance and registered again keeps the number, and sends no notice', () => {
  const gone = deletedHost(on.after, actor);
  const report = { reported_at: undefined, actor, newId: () => id(99) };
  const { row } = registeredHost(gone, 'compute-1', { facts: hostFactsOf(gone), ...report }, 2);
  expect(row).toMatchObject({ maintenance: false, maintenance_number: 1 });
  expect([noticeOf(on.after, gone), noticeOf(gone, row)]).toEqual([undefined, undefined]);
  expect(noticeOf(undefined, row)).toMatchObject({ number: 1 });
});

test.each([
  ['was on the host before', instanceWith(), true],
  ['was on it, and is stopped', instanceWith({ vm_state: 'stopped' }), true],
  ['came after the switch', instanceWith({ maintenance_number: 1 }), false],
  ['is on another host', instanceWith({ host: 'compute-2' }), false],
  ['has no host', instanceWith({ host: null }), false],
  ['is deleted', instanceWith({ deleted: true }), false],
] as const)('an instance that %s is concerned or not', (_, instance, concerned) => {
  expect(isConcerned(instance, on.notice)).toBe(concerned);
});

/** The row of an instance after its registration on a host. */
const registered = (existing: Instance | undefined, host: Host, more: Partial<Instance> = {}) =>
  registeredInstance(existing, id(10), host, {
    facts: { ...factsOf(instanceWith(more)), host: host.host },
    ...{ reported_at: minute(12), actor, newId: () => id(98) },
  }).row;

test('an instance that comes to a host in maintenance gets only the notice of its end', () => {
  const came = registered(undefined, on.after);
  const renamed = registered(came, on.after, { name: 'other' });
  expect([isConcerned(came, on.notice), isConcerned(renamed, on.notice)]).toEqual([false, false]);
  expect(isConcerned(renamed, off.notice)).toBe(true);
});

test('an instance that was there before the switch gets its notice, also after other changes', () => {
  const before = registered(undefined, hostWith());
  expect(isConcerned(registered(before, on.after, { name: 'other' }), on.notice)).toBe(true);
});

test('an instance that moves takes the number of its new host', () => {
  const elsewhere = hostWith({ host: 'compute-2', maintenance_number: 7 });
  const moved = registered(registered(undefined, on.after), elsewhere);
  expect(moved).toMatchObject({ host: 'compute-2', maintenance_number: 7 });
  expect(registered(moved, on.after)).toMatchObject({ maintenance_number: 1 });
});

test('an evacuated instance takes the number of its new host on arrival', () => {
  const dest = hostWith({ host: 'compute-2', maintenance_number: 7 });
  const order = (executor: 'none' | 'external') => ({
    ...{ uuid: id(70), number: 1, executor, actor, project_id: 'ops', restarts: 0 },
  });
  const row = registered(undefined, on.after);
  const there = evacuated(row, on.after, dest, order('none'));
  expect(there).toMatchObject({ host: 'compute-2', maintenance_number: 7 });
  const leaving = evacuated(row, on.after, dest, order('external'));
  expect(leaving).toMatchObject({ host: 'compute-1', maintenance_number: 1 });
});

test('the event names the instance and not the host', () => {
  const event = maintenanceEvent(instanceWith(), on.notice);
  expect(event).toMatchObject({
    event_type: 'maintenance.host',
    generated: '2026-01-01T00:10:00',
    accepted_at: minute(10),
    fault_id: null,
  });
  expect(traitOf(event, 'state')).toBe('IN_MAINTENANCE');
  expect(traitOf(maintenanceEvent(instanceWith(), off.notice), 'state')).toBe(
    'MAINTENANCE_COMPLETE',
  );
  expect(traitOf(event, 'resource_id')).toBe(id(10));
  expect(JSON.stringify(event)).not.toContain('compute-1');
  expect(traitOf(forTenant(event), 'session_id')).toBe(traitOf(event, 'session_id'));
  expect(forTenant(event).traits.map(([name]) => name)).not.toContain('request_id');
});

test('the event finds an alarm that names the instance', () => {
  const keys = lookupKeysOfEvent(forTenant(maintenanceEvent(instanceWith(), on.notice)));
  expect(keys).toContain(`resource#a#${id(10)}`);
});

test('beginning and end have the same session id; other projects and other maintenances have others', () => {
  const session = (notice: Notice, project_id = 'a') =>
    traitOf(maintenanceEvent(instanceWith({ project_id }), notice), 'session_id');
  expect(session(off.notice)).toBe(session(on.notice));
  expect(session(on.notice, 'b')).not.toBe(session(on.notice));
  expect(session(switched(off.after, true).notice)).not.toBe(session(on.notice));
});

test('the event is always the same; each switch and each instance has a different one', () => {
  const made = (notice: Notice, uuid = id(10)) =>
    maintenanceEvent(instanceWith({ uuid, revision: 5, name: 'x' }), notice).message_id;
  expect(made(on.notice)).toBe(made(on.notice));
  const ids = [made(on.notice), made(off.notice), made(on.notice, id(12))];
  expect(new Set([...ids, hostEvent(on.after).message_id]).size).toBe(4);
});

test('the end is newer than the beginning, and neither is compared with changes of the instance', () => {
  const [begun, ended] = [on, off].map(({ notice }) => maintenanceEvent(instanceWith(), notice));
  expect(begun?.stamp).toEqual({ resource: id(10), incarnation: id(1), revision: 2 });
  expect(ended?.stamp).toEqual({ resource: id(10), incarnation: id(1), revision: 3 });
});

test('rows without the field are read as never in maintenance', () => {
  const { maintenance_number: _, ...host } = hostWith();
  const { maintenance_number: __, ...instance } = instanceWith();
  expect([Host.parse(host), Instance.parse(instance)]).toEqual([hostWith(), instanceWith()]);
});
