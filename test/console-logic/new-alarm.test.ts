/** The form of a new alarm: the events that it offers, and the bodies that it sends. */
import { expect, test } from 'vitest';
import {
  alarmBody,
  emptyForm,
  eventTypes,
  happenedIn,
  previewBody,
  sourceOf,
  traitsOf,
} from '../../console/src/views/alarms/new-alarm.ts';
import { readAlarm } from '../../functions/alarming/alarm-input.ts';

test('the form knows the catalogue: its types, and the traits that tenants may match', () => {
  expect(eventTypes).toContain('compute.instance.*');
  expect(traitsOf('compute.instance.update')).toContain('state');
  expect(traitsOf('compute.instance.update')).not.toContain('host');
  expect(traitsOf('nothing.known')).toEqual([]);
  expect(sourceOf('nothing.known')).toBe('');
});

test.each([
  ['a server', { resource: 'u' }, ['instance_id u', 'state stopped']],
  ['a port', { eventType: 'port.update.end', resource: 'u', trait: '' }, ['resource_id u']],
  ['all of the project', { resource: '', value: '' }, []],
])('an alarm on %s', (_, given, conditions) => {
  const body = alarmBody({ ...emptyForm, name: 'n', ...given });
  expect(body.event_rule.query.map(({ field, value }) => `${field.slice(7)} ${value}`)).toEqual(
    conditions,
  );
  expect(readAlarm(body)).toMatchObject({ facts: { name: 'n', type: 'event' } });
});

test('a form without a name can be previewed; its webhook, which may be incomplete, is left out', () => {
  const tried = previewBody({ ...emptyForm, action: 'htt' });
  expect(readAlarm(tried).facts).toMatchObject({ alarm_actions: [], rule: { query: [{}] } });
  expect(previewBody({ ...emptyForm, name: 'n' })).toEqual(alarmBody({ ...emptyForm, name: 'n' }));
});

test('an event is described by its traits, without those that are other columns', () => {
  const traits = { display_name: 'web-1', state: 'stopped', old_state: 'active', resource_id: 'u' };
  expect(happenedIn(traits)).toBe('web-1: old_state active, state stopped');
  expect(happenedIn({ dp_down: true })).toBe('dp_down true');
});
