/** Which events the evaluator keeps for previews of alarms. */
import { expect, test } from 'vitest';
import type { EventMessage } from '../../domain/events/messages.ts';
import { keepOutsideEvents } from '../../flows/keep-outside-events.ts';
import { eventWith } from '../domain/events/events.ts';

async function keptOf(message: Partial<EventMessage>, fails = false) {
  const kept: [number, string][] = [];
  const interrupted: string[] = [];
  await keepOutsideEvents(
    {
      keepEvents: async (events, source) => {
        if (fails) throw new Error('the table is not there');
        kept.push([events.length, source]);
      },
      interrupted: (step) => interrupted.push(step),
    },
    { attempts: 0, lane: 'bulk', events: [eventWith(), eventWith()], ...message },
  );
  return { kept, interrupted };
}

test.each(['urgent', 'bulk'] as const)(
  'events of the lane %s are kept under its name',
  async (lane) => {
    expect((await keptOf({ lane })).kept).toEqual([[2, lane]]);
  },
);

test.each([
  { lane: 'fault' },
  { lane: 'change' },
  { copy: true },
  { lane: 'wide', rest: { of: 'wide', after: '' } },
] as const)("Doctor's own events, copies and deferred parts are not kept: %o", async (message) => {
  expect(await keptOf(message)).toEqual({ kept: [], interrupted: [] });
});

test('an error is logged, and the message is done all the same', async () => {
  expect(await keptOf({}, true)).toEqual({ kept: [], interrupted: ['events for previews'] });
});
