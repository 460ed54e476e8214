/** The events that are kept for previews of alarms: by project, and as their tenants may see them. */
import { expect, test } from 'vitest';
import { hostEvent, instanceEvent } from '../../../domain/events/event.ts';
import { recentEventsOf } from '../../../domain/events/recent-event.ts';
import { forTenant } from '../../../domain/events/visibility.ts';
import { portEvents } from '../../../domain/ports/port-event.ts';
import { portWith } from '../ports/ports.ts';
import { downHost, instanceWith } from '../rows.ts';
import { eventWith } from './events.ts';

test('a tenant’s event is kept without traits of infrastructure, and an event of infrastructure unchanged', () => {
  const host = hostEvent(downHost());
  const server = instanceEvent(instanceWith({ project_id: 'a' }));
  expect(recentEventsOf([host, server])).toEqual([
    { project_id: '', events: [host] },
    { project_id: 'a', events: [forTenant(server)] },
  ]);
  expect(JSON.stringify(forTenant(server))).not.toContain('compute-1');
});

test('the host of a port, which silences need, is not kept', () => {
  const [event] = portEvents(portWith());
  expect.assert(event);
  const kept = recentEventsOf([{ ...event, port_host: 'compute-9' }]);
  expect(JSON.stringify(kept)).not.toContain('compute-9');
});

test('a row has a hundred events at most, and no more than fit', () => {
  const events = Array.from({ length: 250 }, (_, n) => ({
    ...eventWith(['project_id', 1, 'a']),
    message_id: `m-${n}`,
  }));
  const rows = recentEventsOf(events);
  expect(rows.map((row) => row.events.length)).toEqual([100, 100, 50]);
  expect(rows.flatMap((row) => row.events.map(({ message_id }) => message_id))).toEqual(
    events.map(({ message_id }) => message_id),
  );
  const large = { ...eventWith(['project_id', 1, 'a'], ['name', 1, 'x'.repeat(60_000)]) };
  expect(recentEventsOf(Array(10).fill(large)).map((row) => row.events.length)).toEqual([5, 5]);
});

test('no events make no rows', () => {
  expect(recentEventsOf([])).toEqual([]);
});
