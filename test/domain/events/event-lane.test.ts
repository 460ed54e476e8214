import { expect, test } from 'vitest';
import type { Trait } from '../../../domain/events/event.ts';
import { laneOf } from '../../../domain/events/event-lane.ts';
import { eventWith } from './events.ts';

const event = (event_type: string, ...traits: Trait[]) => ({ ...eventWith(...traits), event_type });

test.each<[string, ...Trait[]]>([
  ['compute.instance.create.error'],
  ['compute.instance.update', ['state', 1, 'error']],
  ['compute.instance.update', ['old_state', 1, 'active'], ['state', 1, 'ERROR']],
  ['volume.update', ['status', 1, 'error_deleting']],
  ['port.update.end', ['status', 1, 'DOWN']],
  ['port.data_plane_status.update', ['data_plane_status', 1, 'DOWN']],
  ['switch.down'],
  ['node.power.FAILED'],
])('%s with %j tells of a failure: it is urgent', (type, ...traits) => {
  expect(laneOf(event(type, ...traits))).toBe('urgent');
});

test.each<[string, ...Trait[]]>([
  ['compute.instance.exists'],
  ['compute.instance.exists', ['state', 1, 'error']],
  ['compute.instance.update', ['state', 1, 'active']],
  ['compute.instance.update', ['old_state', 1, 'error'], ['state', 1, 'active']],
  ['compute.instance.update', ['display_name', 1, 'error']],
  ['compute.instance.update', ['state', 1, null]],
  ['compute.instance.shutdown.end'],
  ['volume.update', ['status', 1, 'errorless']],
  ['image.download'],
  ['error.report'],
])('%s with %j can wait', (type, ...traits) => {
  expect(laneOf(event(type, ...traits))).toBe('bulk');
});
