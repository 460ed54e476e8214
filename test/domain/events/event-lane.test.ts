import { expect, test } from 'vitest';
import type { Trait } from '../../../domain/events/event.ts';
import { byOwnLane, laneOf, laneOfOwn } from '../../../domain/events/event-lane.ts';
import { id } from '../rows.ts';
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
])('%s with %j reports a failure: it is urgent', (type, ...traits) => {
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

const project: Trait = ['project_id', 1, 'a'];

test.each([
  [
    'what a fault did to a server',
    { ...event('compute.instance.update', project), fault_id: id(1) },
  ],
  ['the host itself', event('service.update', ['host', 1, 'h'])],
  ['a port whose network has failed', event('port.update.end', project, ['status', 1, 'DOWN'])],
  [
    'a server that is reset to an error',
    event('compute.instance.update', project, ['state', 1, 'error']),
  ],
  ['maintenance, of which owners are notified', event('maintenance.host', project)],
])('%s is a fault', (_, given) => {
  expect(laneOfOwn(given)).toBe('fault');
});

test.each([
  [
    'a server that its tenant wrote to',
    event('compute.instance.update', project, ['state', 1, 'active']),
  ],
  [
    'a server that its tenant stopped',
    event('compute.instance.update', project, ['state', 1, 'stopped']),
  ],
  ['a server that is new', event('compute.instance.create.end', project)],
  ['a port that is up', event('port.update.end', project, ['status', 1, 'ACTIVE'])],
])('%s is none', (_, given) => {
  expect(laneOfOwn(given)).toBe('change');
});

test('events of one resource wait together, as faults if one of them is', () => {
  const of = (resource: string, given: ReturnType<typeof event>) => ({
    ...given,
    stamp: { resource, incarnation: id(1), revision: 1 },
  });
  const begun = of('port', event('port.update.start', project));
  const ended = of('port', event('port.update.end', project, ['status', 1, 'DOWN']));
  const other = of('vm', event('compute.instance.update', project, ['state', 1, 'active']));
  expect(byOwnLane([begun, other, ended])).toEqual(
    new Map([
      ['fault', [begun, ended]],
      ['change', [other]],
    ]),
  );
});
