/** The form of a new alarm: what it knows of events, and what it sends. */
import { expect, test } from 'vitest';
import {
  alarmBody,
  emptyForm,
  eventTypes,
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
