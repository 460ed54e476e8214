import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openLetter } from '../../../domain/delivery/redrive.ts';
import { WebhookMessage } from '../../../domain/delivery/webhook.ts';
import { DoctorEvent } from '../../../domain/events/event.ts';
import { EventMessage } from '../../../domain/events/messages.ts';

const sample = (path: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../events/${path}`, import.meta.url), 'utf8'));
const bodyOf = (path: string): string => JSON.stringify(sample(path));
const ofQueue = (path: string): string => {
  const [record] = Object.values(Object(sample(path)).Records);
  return String(Object(record).body);
};

test.each([
  { from: 'events', file: 'queues/events.json', to: 'events' },
  { from: 'bulk', file: 'queues/outside-events.json', to: 'urgent' },
  { from: 'bulk', file: 'queues/wide-events.json', to: 'wide' },
] as const)('a message that SQS moved from $to goes back there', ({ from, file, to }) => {
  const { back, reason, refused } = openLetter(from, ofQueue(file));
  expect([reason, refused, back?.to]).toEqual([null, null, to]);
  expect(EventMessage.parse(JSON.parse(back?.body ?? '')).attempts).toBe(0);
});

test('a dead event is sent back in its own message, with its id', () => {
  const { event } = Object(sample('made/service.update.json'));
  const body = JSON.stringify({ reason: 'given up after 5 attempts', element: event });
  const { back, reason } = openLetter('events', body);
  expect(reason).toBe('given up after 5 attempts');
  const { events, lane } = EventMessage.parse(JSON.parse(back?.body ?? ''));
  expect([back?.to, lane, events]).toEqual(['events', 'fault', [DoctorEvent.parse(event)]]);
});

test('a dead webhook is sent back as a first attempt', () => {
  const webhook = JSON.parse(ofQueue('queues/webhooks.json'));
  const body = JSON.stringify({ reason: 'given up', element: { ...webhook, attempts: 5 } });
  const { back } = openLetter('webhooks', body);
  expect(back?.to).toBe('webhooks');
  expect(WebhookMessage.parse(JSON.parse(back?.body ?? ''))).toMatchObject({
    ...{ webhook_id: webhook.webhook_id, attempts: 0, lane: 'first' },
  });
});

test('a report is sent back unchanged, and a fault too', () => {
  const report = JSON.stringify({ reason: 'wrong', element: '{"a":1}' });
  expect(openLetter('reports', report).back).toEqual({ to: 'reports', body: '{"a":1}' });
  const fault = ofQueue('queues/finish.json');
  expect(openLetter('faults', fault).back).toEqual({ to: 'faults', body: fault });
});

test('the message of a group is sent back unchanged', () => {
  const body = JSON.stringify({
    group: { project_id: 'a', fault_id: '00000000-0000-4000-8000-000000000001' },
    rows: [{ event_id: 'e', alarm_id: '00000000-0000-4000-8000-000000000002' }],
  });
  expect(openLetter('events', body).back).toEqual({ to: 'events', body });
});

test('a task for the cloud, and a step of a move, are sent back with their attempts reset', () => {
  const state = { forced_down: true, instances_left: false, fault_number: 2 };
  const task = { service: 'compute-1', state, attempts: 300 };
  const { back } = openLetter('cloud', JSON.stringify({ reason: '503', element: task }));
  expect(back).toEqual({ to: 'cloud', body: JSON.stringify({ ...task, attempts: 0 }) });
  const move = {
    move: '00000000-0000-4000-8000-000000000001',
    migration_uuid: '00000000-0000-4000-8000-000000000002',
    attempts: 7,
  };
  expect(openLetter('cloud', JSON.stringify(move)).back).toEqual({
    ...{ to: 'moves', body: JSON.stringify({ ...move, attempts: 0 }) },
  });
});

test.each([
  { queue: 'cloud', body: JSON.stringify({ job: 'walk' }) },
  { queue: 'events', body: 'not JSON' },
  { queue: 'bulk', body: JSON.stringify({ reason: 'x', element: { event_type: 'a' } }) },
  { queue: 'bulk', body: JSON.stringify({ events: [] }) },
  {
    queue: 'bulk',
    body: JSON.stringify({
      test: {
        event_id: '00000000-0000-4000-8000-000000000001',
        alarm_id: '00000000-0000-4000-8000-000000000002',
      },
    }),
  },
  { queue: 'streams', body: '{}' },
  { queue: 'webhooks', body: '{}' },
  { queue: 'faults', body: JSON.stringify({ reason: 'x', element: 'y' }) },
] as const)('$body of $queue does not go back, and says why', ({ queue, body }) => {
  const { back, refused } = openLetter(queue, body);
  expect(back).toBeUndefined();
  expect(refused).toMatch(/\.$/);
});

test('the sample of a dead letter is read', () => {
  const { reason, element } = openLetter('bulk', bodyOf('queues/dead-letter.json'));
  expect(reason?.length ?? 0).toBeGreaterThan(0);
  expect(element).toBeDefined();
});
