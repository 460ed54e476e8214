import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lookupKeysOfEvent } from '../../../domain/alarms/lookup.ts';
import { catalogue, definitionOf } from '../../../domain/events/catalogue.ts';
import { type DoctorEvent, projectOfEvent, type Trait } from '../../../domain/events/event.ts';
import { forTenant } from '../../../domain/events/visibility.ts';
import { anyEvent, eventWith } from './events.ts';

const infrastructure = [
  ...['host', 'node', 'service', 'request_id', 'cell_name', 'hypervisor_hostname', 'publisher_id'],
  ...['binding:host_id', 'binding_host_id', 'user_id', 'message_signature', 'initiator_address'],
];
const types = [...Object.keys(catalogue).map((name) => name.replace('*', 'x')), 'volume.update'];

const withTraits = (event_type: string, names: readonly string[]): DoctorEvent => {
  const traits = names.map((name): Trait => [name, 1, 'compute-1']);
  return { ...eventWith(...traits), event_type };
};

const seenOf = (event_type: string, names: readonly string[]): string[] =>
  forTenant(withTraits(event_type, names)).traits.map(([name]) => name);

test.each(types)('a tenant sees no trait of infrastructure in %s', (event_type) => {
  expect(seenOf(event_type, infrastructure)).toEqual([]);
});

const everywhere = ['project_id', 'tenant_id', 'resource_id', 'instance_id', 'state', 'old_state'];

test.each([
  ['compute.instance.update', [...everywhere, 'power_state', 'vcpus', 'launched_at', 'cause']],
  ['compute.instance.live_migration.pre.start', [...everywhere, 'display_name']],
  ['port.update.end', [...everywhere, 'status', 'data_plane_status', 'name']],
  [
    'maintenance.scheduled',
    [...everywhere, 'session_id', 'reply_url', 'instance_ids', 'actions_at'],
  ],
  ['maintenance.host', [...everywhere, 'session_id']],
  ['volume.update', [...everywhere, 'status']],
])('a tenant sees the traits of its own resources in %s', (event_type, own) => {
  expect(seenOf(event_type, [...own, 'host'])).toEqual(own);
});

test('a trait of one type is not shown in another', () => {
  expect(seenOf('volume.update', ['data_plane_status', 'vcpus'])).toEqual([]);
});

test('names of JavaScript’s own properties are not visible traits', () => {
  expect(seenOf('port.update.end', ['constructor', '__proto__', 'toString'])).toEqual([]);
});

test('a type with its own definition does not have that of its prefix', () => {
  expect(definitionOf('maintenance.host')).toBe(catalogue['maintenance.host']);
  expect(definitionOf('maintenance.hosts')).not.toBe(catalogue['maintenance.host']);
  expect(definitionOf('ports.x')).not.toBe(catalogue['port.*']);
});

test('the event that a tenant sees has the same project and the same lookup keys', () => {
  fc.assert(
    fc.property(anyEvent, (event) => {
      const seen = forTenant(event);
      expect(projectOfEvent(seen)).toBe(projectOfEvent(event));
      expect(lookupKeysOfEvent(seen)).toEqual(lookupKeysOfEvent(event));
      expect(forTenant(seen)).toEqual(seen);
    }),
  );
});
