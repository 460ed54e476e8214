import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  DoctorEvent,
  hostEvent,
  instanceEvent,
  projectOfEvent,
  resourceOfEvent,
  type Trait,
} from '../../../domain/events/event.ts';
import { forTenant } from '../../../domain/events/visibility.ts';
import { asSeen } from '../../../domain/hosts/host-fault.ts';
import { faultId } from '../../../domain/ids.ts';
import { downHost, faultSeries, hostWith, id, instanceWith, minute } from '../rows.ts';
import { eventWith } from './events.ts';

const traitsOf = ({ traits }: DoctorEvent) =>
  Object.fromEntries(traits.map(([name, , value]) => [name, value]));
const failed = asSeen(instanceWith(), downHost());

test('a host fault makes one event for each instance, with the states after and before and the cause', () => {
  const event = instanceEvent(failed);
  expect(event).toMatchObject({
    event_type: 'compute.instance.update',
    generated: '2026-01-01T00:10:00',
    accepted_at: minute(10),
    fault_id: faultId(faultSeries, 1),
    stamp: { resource: failed.uuid, incarnation: failed.incarnation, revision: 2 },
  });
  expect(traitsOf(event)).toMatchObject({
    state: 'stopped',
    old_state: 'active',
    power_state: 'shutdown',
    resource_id: failed.uuid,
    instance_id: failed.uuid,
    project_id: 'a',
    tenant_id: 'a',
    cause: 'host_fault',
    fault_id: faultId(faultSeries, 1),
  });
});

test('a tenant sees no trait of it that names the host, the reporter or the request', () => {
  const { traits } = forTenant(instanceEvent(failed));
  const names = traits.map(([name]) => name);
  for (const name of ['host', 'service', 'request_id', 'user_id'])
    expect(names).not.toContain(name);
  expect(JSON.stringify(traits)).not.toMatch(/compute-1|monitor|req-report/);
});

test('a null value makes no trait', () => {
  const event = instanceEvent(instanceWith({ host: null, launched_at: null }));
  const names = Object.keys(traitsOf(event));
  for (const name of ['host', 'service', 'launched_at', 'deleted_at', 'new_task_state', 'cause']) {
    expect(names).not.toContain(name);
  }
});

test('a text is cut at 255 characters, as in Ceilometer', () => {
  const event = instanceEvent(
    instanceWith({ last_change: { ...failed.last_change, request_id: 'r'.repeat(300) } }),
  );
  expect(traitsOf(event).request_id).toBe('r'.repeat(255));
});

test('each revision of each incarnation of an instance is a different event', () => {
  const one = instanceEvent(failed).message_id;
  expect(instanceEvent({ ...failed }).message_id).toBe(one);
  expect(instanceEvent({ ...failed, revision: 3 }).message_id).not.toBe(one);
  expect(instanceEvent({ ...failed, incarnation: id(77) }).message_id).not.toBe(one);
});

test('a host’s event has no project, and names the fault while the host is down', () => {
  const down = hostEvent(downHost());
  expect(projectOfEvent(down)).toBe('');
  expect(traitsOf(down)).toMatchObject({
    host: 'compute-1',
    binary: 'nova-compute',
    status: 'enabled',
    state: 'down',
    forced_down: 'true',
    maintenance: 'false',
    fault_id: faultId(faultSeries, 1),
  });
  const up = hostEvent(downHost(1, { forced_down: false }));
  expect(traitsOf(up)).toMatchObject({ state: 'up', forced_down: 'false' });
  expect(up.fault_id).toBeNull();
});

test('a host’s event reports its maintenance, which makes the host neither down nor disabled', () => {
  expect(traitsOf(hostEvent(hostWith({ maintenance: true })))).toMatchObject({
    ...{ maintenance: 'true', state: 'up', status: 'enabled', forced_down: 'false' },
  });
});

test.each([true, false])(
  'a host’s event has the reported state, with and without a heartbeat (%s)',
  (heartbeat) => {
    for (const last_seen_up of [null, minute(0), minute(9)]) {
      expect(traitsOf(hostEvent(hostWith({ heartbeat, last_seen_up }))).state).toBe('up');
      expect(traitsOf(hostEvent(downHost(1, { heartbeat, last_seen_up }))).state).toBe('down');
    }
  },
);

/** Aodh takes the last trait with one of the two names. */
const owned: { traits: Trait[]; project: string }[] = [
  { traits: [['project_id', 1, 'a']], project: 'a' },
  { traits: [['tenant_id', 1, 'a']], project: 'a' },
  {
    traits: [
      ['project_id', 1, 'a'],
      ['tenant_id', 1, 'b'],
    ],
    project: 'b',
  },
  {
    traits: [
      ['tenant_id', 1, 'b'],
      ['project_id', 1, 'a'],
    ],
    project: 'a',
  },
  { traits: [['project_id', 1, '']], project: '' },
  { traits: [['project_id', 1, null]], project: '' },
  { traits: [], project: '' },
];

test.each(owned)('an event with $traits is of the project "$project"', ({ traits, project }) => {
  expect(projectOfEvent(eventWith(...traits))).toBe(project);
});

test('an event is about its resource, else its instance, else none', () => {
  expect(resourceOfEvent(eventWith(['instance_id', 1, 'i'], ['resource_id', 1, 'r']))).toBe('r');
  expect(resourceOfEvent(eventWith(['instance_id', 1, 'i']))).toBe('i');
  expect(resourceOfEvent(eventWith())).toBeUndefined();
});

test('the event of any registered row is a valid event', () => {
  const text = fc.string({ unit: 'binary', maxLength: 255 });
  fc.assert(
    fc.property(text, text, fc.nat(), (name, availability_zone, ram) => {
      const { flavor } = instanceWith();
      const row = instanceWith({ name, availability_zone, flavor: { ...flavor, ram } });
      expect(DoctorEvent.safeParse(instanceEvent(row)).success).toBe(true);
    }),
  );
});
