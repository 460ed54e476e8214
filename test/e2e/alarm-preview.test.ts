/**
 * An alarm that is previewed on past events: its owner sees the events of the project, and nothing
 * about the host.
 */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import * as z from 'zod';
import type { Client } from '../stack/stack.ts';
import { forceDown, logins, newHost, newInstance } from './cloud.ts';

const Preview = z.object({
  events: z.array(z.object({ resource_id: z.string(), traits: z.looseObject({}) })),
});

const preview = async (client: Client, resource_id: string) => {
  const query = [{ field: 'traits.state', op: 'eq', value: 'stopped' }];
  const event_rule = { event_type: 'compute.instance.update', query };
  const body = { name: 'stopped', type: 'event', resource_id, event_rule };
  const answer = await client.expect('POST', '/doctor/v1/alarm-preview', { body });
  return Preview.parse(answer.body).events;
};

test('the stop of a server by a fault would have matched, for its project only', async () => {
  const { admin, a, b } = await logins();
  const host = await newHost(admin);
  const server = await newInstance(admin, { project_id: a.projectId, host });
  expect(await preview(a, server)).toEqual([]);
  await forceDown(admin, host);
  await expect
    .poll(() => preview(a, server), { timeout: 20_000, interval: 200 })
    .toMatchObject([
      {
        resource_id: server,
        traits: { state: 'stopped', old_state: 'active', cause: 'host_fault' },
      },
    ]);
  expect(JSON.stringify(await preview(a, server))).not.toContain(host);
  expect(await preview(b, server)).toEqual([]);
});

test('an event from outside would have matched, too', async () => {
  const { admin, a, b } = await logins();
  const server = randomUUID();
  const event = {
    message_id: randomUUID(),
    event_type: 'compute.instance.update',
    generated: '2026-01-01T00:00:00',
    traits: [
      ['project_id', 1, a.projectId],
      ['instance_id', 1, server],
      ['state', 1, 'stopped'],
    ],
  };
  await admin.expect('POST', '/doctor/v1/events', { body: [event] });
  await expect
    .poll(() => preview(a, server), { timeout: 20_000, interval: 200 })
    .toMatchObject([{ resource_id: server, traits: { state: 'stopped' } }]);
  expect(await preview(b, server)).toEqual([]);
});
