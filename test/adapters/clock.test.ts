/** The state that ticks store, in a real table. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clockStore } from '../../adapters/timers/clock.ts';
import { minute } from '../domain/rows.ts';
import { type OwnThings, ownThings } from '../stack/own-tables.ts';
import { dynamodb } from '../stack/stack.ts';

const client = dynamodb();
let own: OwnThings;
beforeAll(async () => {
  own = await ownThings();
});
afterAll(async () => {
  await own.cleanup();
  client.destroy();
});

test('the clock and the next looks are read as they were written last', async () => {
  const store = clockStore(client, own.env.TIMERS_TABLE);
  expect(await store.remembered()).toEqual({ clock: undefined, looks: new Map() });
  const clock = { ticked_at: minute(2), awake_since: minute(1), timers_from: '' };
  await store.saveClock(clock);
  await store.saveNextLook('hosts#0', minute(3));
  await store.saveNextLook('hosts#7', minute(4), minute(2));
  await store.saveNextLook('hosts#7', minute(5));
  expect(await store.remembered()).toEqual({
    clock,
    looks: new Map([
      ['hosts#0', { next: minute(3), deafAt: undefined }],
      // The second look found heartbeats again, so `deafAt` keeps the time of the first.
      ['hosts#7', { next: minute(5), deafAt: minute(2) }],
    ]),
  });
});
