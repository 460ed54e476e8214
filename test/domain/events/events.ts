/** Events and rules for tests: fixed ones, and arbitrary ones for properties. */
import fc from 'fast-check';
import {
  conditionTypes,
  operators,
  type Rule,
  type RuleCondition,
} from '../../../domain/alarms/alarm.ts';
import type { DoctorEvent, Trait } from '../../../domain/events/event.ts';

/** An event from outside, of type `compute.instance.update`, with these traits. */
export const eventWith = (...traits: Trait[]): DoctorEvent => ({
  message_id: 'm-1',
  event_type: 'compute.instance.update',
  generated: '2026-01-01T00:00:00',
  traits,
  accepted_at: '2026-01-01T00:00:00.000Z',
  stamp: null,
  fault_id: null,
});

/** A few texts, so that rules and events often match; some could break a key or a pattern. */
const text = fc.constantFrom(
  ...[
    'a',
    'b',
    'a#b',
    '#',
    '*',
    'True',
    'None',
    '5',
    '',
    'ä',
    '%23',
    '\ud800',
    '~',
    'x'.repeat(256),
  ],
);
const name = fc.constantFrom(
  ...['resource_id', 'instance_id', 'project_id', 'tenant_id', 'state', 'constructor', '__proto__'],
);
const value = fc.oneof(text, fc.constantFrom<Trait[2]>(5, 1.5, true, null));
const dtype = fc.constantFrom(0, 1, 1, 1, 2, 3, 4, 9);
const type = fc.constantFrom('a.b', 'alarm.a', 'a#b', '*', '[', 'compute.instance.update');

export const anyEvent: fc.Arbitrary<DoctorEvent> = fc
  .record({
    event_type: type,
    traits: fc.array(fc.tuple(name, dtype, value), { maxLength: 8 }),
  })
  .map((given) => ({ ...eventWith(), ...given }));

export const anyCondition: fc.Arbitrary<RuleCondition> = fc.record({
  field: fc.oneof(
    name.map((given) => `traits.${given}`),
    fc.constantFrom('event_type', 'message_id', 'generated', 'raw', ''),
  ),
  op: fc.constantFrom('eq', ...operators),
  type: fc.constantFrom('', ...conditionTypes),
  value: text,
});

export const anyRule: fc.Arbitrary<Rule> = fc.record({
  event_type: fc.oneof(type, fc.constantFrom('*', 'a*', '[a]*', 'alarm.?', '?.b')),
  query: fc.array(anyCondition, { maxLength: 3 }),
});

/** Ids of projects, with the empty one of infrastructure. */
export const anyProject = text;
