/**
 * Dead letters of timers, ticks and rounds: each is shown and deleted like any other, and is sent
 * back only if its content can still be true.
 */
import { expect, test } from 'vitest';
import type { Call } from '../call.ts';
import { asking } from './surface.ts';

const path = '/doctor/v1/dead-letters';
const alarm_id = '00000000-0000-4000-8000-000000000001';
const time = '2026-01-01T00:00:00.000Z';

const messages = {
  timeouts: { timeouts: [{ alarm_id, due: time }] },
  group: { group: { project_id: 'a', fault_id: alarm_id }, rows: [{ event_id: 'e', alarm_id }] },
  missed: { missed: ['compute-1'], awake_since: time, found_at: time },
  heard: { heard: ['compute-1'] },
  heartbeats: { heartbeats: ['compute-1'] },
  tick: { tick: time },
  round: { lane: 'first', round: 1, project_id: 'a', alarms: [] },
};

/** A queue with one letter, which SQS moved there or which has a reason; and what is done with it. */
function letterOf(content: unknown) {
  const letter = {
    ...{ id: '1', handle: 'h', sent_at: time, receives: 11 },
    body: JSON.stringify(content),
  };
  const steps: string[] = [];
  const ask = asking({
    hold: async () => [letter],
    deleteLetters: async (_, those) => {
      if (those.length > 0) steps.push('delete');
    },
    sendBack: async (to, bodies) => {
      steps.push(...bodies.map((body) => `${to}: ${body}`));
    },
  });
  return { steps, ask: (request: Call) => ask('admin', request) };
}

test.each([
  { queue: 'bulk', kind: 'timeouts', to: 'timeouts' },
  { queue: 'events', kind: 'group', to: 'events' },
  { queue: 'reports', kind: 'missed', to: 'reports' },
  { queue: 'reports', kind: 'heard', to: 'reports' },
] as const)('a letter of $kind is shown, goes back as it is, and is deleted', async (given) => {
  const { queue, kind, to } = given;
  const message = messages[kind];
  const { steps, ask } = letterOf(message);
  const shown = await ask({ path: `${path}/${queue}/1` });
  expect(shown.body).toMatchObject({
    message: { element: message, redrivable: true, source: to, reason: null, refused: null },
  });
  const body = { all: true };
  const { body: done } = await ask({ method: 'POST', path: `${path}/${queue}/redrive`, body });
  expect(done).toMatchObject({ redriven: ['1'], refused: [] });
  expect(steps).toEqual([`${to}: ${JSON.stringify(message)}`, 'delete']);
  expect((await ask({ method: 'DELETE', path: `${path}/${queue}/1` })).status).toBe(204);
  expect(steps.at(-1)).toBe('delete');
});

test.each([
  { queue: 'reports', kind: 'heartbeats', why: /time at which it comes/ },
  { queue: 'bulk', kind: 'tick', why: /next one does the same/ },
  { queue: 'bulk', kind: 'round', why: /next one does the same/ },
] as const)('a letter of $kind is shown and deleted, and does not go back', async (given) => {
  const { queue, kind, why } = given;
  const { steps, ask } = letterOf(messages[kind]);
  const shown = await ask({ path: `${path}/${queue}/1` });
  expect(shown.body).toMatchObject({
    message: {
      ...{ element: messages[kind], redrivable: false, source: null },
      refused: expect.stringMatching(why),
    },
  });
  const body = { ids: ['1'] };
  const { body: done } = await ask({ method: 'POST', path: `${path}/${queue}/redrive`, body });
  expect(done).toMatchObject({ redriven: [], refused: [{ id: '1' }] });
  expect(steps).toEqual([]);
  expect((await ask({ method: 'DELETE', path: `${path}/${queue}/1` })).status).toBe(204);
});
