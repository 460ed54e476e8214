import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Call } from '../call.ts';
import { asking } from './surface.ts';

const path = '/doctor/v1/dead-letters';
const { event } = JSON.parse(
  readFileSync(new URL('../../../events/made/service.update.json', import.meta.url), 'utf8'),
);
const letter = (id: string, body: unknown) => ({
  ...{ id, handle: `handle of ${id}`, sent_at: `2026-01-01T00:00:0${id}.000Z`, receives: 2 },
  body: JSON.stringify(body),
});
const given = { reason: 'given up', element: event };

/** A queue with letters, and what was done with them. */
function queueOf(...letters: ReturnType<typeof letter>[]) {
  const steps: string[] = [];
  const ids = (those: readonly { id: string }[]) => those.map(({ id }) => id).join(',');
  const ask = asking({
    hold: async (_, most) => letters.slice(0, most),
    release: async (_, those) => {
      if (those.length > 0) steps.push(`release ${ids(those)}`);
    },
    deleteLetters: async (_, those) => {
      if (those.length > 0) steps.push(`delete ${ids(those)}`);
    },
    sendBack: async (to, bodies) => {
      steps.push(`send ${bodies.length} to ${to}`);
    },
    depthsOfDeadLetters: async () => ({ events: { waiting: 7, in_flight: 1, delayed: 0 } }),
  });
  return { steps, ask };
}

test('the queues are listed with their counts', async () => {
  const { body } = await queueOf().ask('admin', { path });
  expect(body).toMatchObject({
    queues: expect.arrayContaining([
      { name: 'events', count: 8, redrivable: true, holds: expect.any(String) },
      { name: 'streams', count: 0, redrivable: false, holds: expect.any(String) },
    ]),
  });
});

test('letters are shown oldest first, by pages, and are released', async () => {
  const { steps, ask } = queueOf(letter('2', given), letter('1', given));
  const first = await ask('admin', { path: `${path}/events`, query: { limit: ['1'] } });
  expect(first.body).toMatchObject({
    messages: [{ id: '1', reason: 'given up', source: 'events', redrivable: true, receives: 2 }],
    next: expect.stringContaining('marker=1'),
  });
  const rest = await ask('admin', { path: `${path}/events`, query: { marker: ['1'] } });
  expect(rest.body).toMatchObject({ messages: [{ id: '2' }] });
  expect(JSON.stringify(first.body)).not.toContain('handle');
  expect(steps).toEqual(['release 2,1', 'release 2,1']);
});

test('a letter is sent back before it is deleted; others are released', async () => {
  const { steps, ask } = queueOf(letter('1', given), letter('2', given), letter('3', 'x'));
  const request = { method: 'POST', path: `${path}/events/redrive`, body: { ids: ['1', '9'] } };
  const { status, body } = await ask('admin', request);
  expect([status, body]).toEqual([200, { redriven: ['1'], refused: [], missing: ['9'], left: 8 }]);
  expect(steps).toEqual(['send 1 to events', 'delete 1', 'release 2,3']);
});

test('of all letters, those that cannot go back stay, with the reason', async () => {
  const { steps, ask } = queueOf(letter('1', given), letter('3', 'x'));
  const request = { method: 'POST', path: `${path}/events/redrive`, body: { all: true } };
  const { body } = await ask('admin', request);
  expect(body).toMatchObject({
    redriven: ['1'],
    refused: [{ id: '3', reason: 'It is not a message of events.' }],
  });
  expect(steps).toEqual(['send 1 to events', 'delete 1', 'release 3']);
});

test('nothing is deleted when the send fails', async () => {
  const steps: string[] = [];
  const ask = asking({
    hold: async () => [letter('1', given)],
    sendBack: async () => {
      throw new Error('gone');
    },
    deleteLetters: async () => {
      steps.push('delete');
    },
  });
  const request = { method: 'POST', path: `${path}/events/redrive`, body: { all: true } };
  expect((await ask('admin', request)).status).toBe(500);
  expect(steps).toEqual([]);
});

test('one letter, or all of a queue, is deleted', async () => {
  const { steps, ask } = queueOf(letter('1', given), letter('2', given));
  const one = await ask('admin', { method: 'DELETE', path: `${path}/events/1` });
  expect(one.status).toBe(204);
  const all = await ask('admin', {
    ...{ method: 'DELETE', path: `${path}/events`, query: { all: ['true'] } },
  });
  expect(all.body).toEqual({ deleted: 2, left: 8 });
  expect(steps).toEqual(['delete 1', 'release 2', 'delete 1,2']);
  const gone = await ask('admin', { method: 'DELETE', path: `${path}/events/9` });
  expect(gone.status).toBe(404);
});

test('the URL of a webhook is shown without its secrets', async () => {
  const webhook = JSON.parse(
    JSON.parse(
      readFileSync(new URL('../../../events/queues/webhooks.json', import.meta.url), 'utf8'),
    ).Records[0].body,
  );
  const element = { ...webhook, action: 'https://user:secret@hooks.example/a?token=secret' };
  const { ask } = queueOf(letter('1', { reason: 'given up', element }));
  const { body } = await ask('admin', { path: `${path}/webhooks` });
  expect(JSON.stringify(body)).toContain('hooks.example');
  expect(JSON.stringify(body)).not.toContain('secret');
});

test.each(['member', 'reader', 'monitor', 'service'])(
  'a %s sees and does nothing',
  async (role) => {
    const { steps, ask } = queueOf(letter('1', given));
    const requests = [
      { path },
      { path: `${path}/events` },
      { path: `${path}/events/1` },
      { method: 'POST', path: `${path}/events/redrive`, body: { all: true } },
      { method: 'DELETE', path: `${path}/events/1` },
      { path: '/doctor/v1/status' },
      { path: '/doctor/v1/rates' },
    ];
    for (const request of requests) expect((await ask(role, request)).status).toBe(403);
    expect(steps).toEqual([]);
  },
);

test.each<{ request: Call; status: number }>([
  { request: { path: `${path}/nothing` }, status: 404 },
  { request: { path: `${path}/events/9` }, status: 404 },
  { request: { path: `${path}/events`, query: { limit: ['x'] } }, status: 400 },
  { request: { method: 'POST', path: `${path}/events/redrive`, body: {} }, status: 400 },
  { request: { method: 'POST', path: `${path}/events/redrive`, body: { ids: [] } }, status: 400 },
  { request: { method: 'DELETE', path: `${path}/events` }, status: 400 },
  { request: { path: '/doctor/v1/rates', query: { hours: ['25'] } }, status: 400 },
])('$request is refused with $status', async ({ request, status }) => {
  expect((await queueOf().ask('admin', request)).status).toBe(status);
});
