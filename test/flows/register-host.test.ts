/** The registration of hosts. */

import { expect, test } from 'vitest';
import { registerHost } from '../../flows/register-host.ts';
import { downHost, hostFactsOf, hostWith, minute } from '../domain/rows.ts';
import { type World, worldOf } from './world.ts';

const actor = { user_id: 'feed', request_id: 'req-2', at: minute(20) };

const at = { reported_at: minute(20), actor };

const registerOn = ({ deps }: World, vcpus = 32, when = at) =>
  registerHost(deps, 'compute-1', { facts: { ...hostFactsOf(hostWith()), vcpus }, ...when });

test('a new host is written once, with one event', async () => {
  const world = worldOf();
  expect(await registerOn(world)).toMatchObject({ kind: 'created' });
  expect(world.sent.map(({ event_type }) => event_type)).toEqual(['service.create']);
});

test('a repeated registration of a host sends no event, and takes no new number', async () => {
  const world = worldOf({ hosts: [hostWith()] });
  expect(await registerOn(world)).toMatchObject({ kind: 'kept', row: { service_number: 1 } });
  expect(await registerOn(world)).toMatchObject({ kind: 'same' });
  expect(world.writes).toEqual(['host compute-1']);
  expect(world.sent).toEqual([]);
});

test('a registration at the same time as a report does not take the report back', async () => {
  const world = worldOf({ hosts: [hostWith()] });
  world.state.meanwhile = () => {
    world.hosts.set('compute-1', downHost());
  };
  expect(await registerOn(world, 64)).toMatchObject({ kind: 'changed', row: { vcpus: 64 } });
  expect(world.hosts.get('compute-1')).toMatchObject({ forced_down: true, fault_number: 1 });
});
