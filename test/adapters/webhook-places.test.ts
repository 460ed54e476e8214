import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { webhookPlaces } from '../../adapters/delivery/webhook-places.ts';
import { hungSeconds, placeSeconds, secondsAfter } from '../../domain/delivery/webhook-place.ts';
import { type OwnThings, ownThings } from '../stack/own-tables.ts';
import { dynamodb } from '../stack/stack.ts';

let own: OwnThings;
const client = dynamodb();
beforeAll(async () => {
  own = await ownThings();
});
afterAll(async () => {
  client.destroy();
  await own.cleanup();
});

const start = '2026-01-01T00:00:00.000Z';

function placesOf(perProject: number, mostTries?: number) {
  let now = start;
  const places = webhookPlaces(client, {
    table: own.env.PLACES_TABLE,
    perProject,
    ...(mostTries !== undefined && { mostTries }),
    newId: randomUUID,
    now: () => now,
  });
  const held = async (project: string) => {
    const taken = await places.take(project);
    if ('full' in taken) throw new Error(`no place: ${taken.full}`);
    return taken;
  };
  const after = (seconds: number) => {
    now = secondsAfter(start, seconds);
  };
  return { ...places, held, after };
}

test('a project has its places and no more; another has its own', async () => {
  const { held, take, giveBack } = placesOf(3);
  const project = randomUUID();
  const mine = [await held(project), await held(project), await held(project)];
  expect(new Set(mine.map(({ place }) => place)).size).toBe(3);
  expect(await take(project)).toEqual({ full: 'busy' });
  await held(randomUUID());
  await held(`${project}#`);
  const [first = await held(project)] = mine;
  await giveBack(first);
  expect((await held(project)).place).toBe(first.place);
});

test('a request that may try a few places only finds none, although others are free', async () => {
  const { take } = placesOf(50, 1);
  const project = randomUUID();
  const taken = await Promise.all(Array.from({ length: 50 }, () => take(project)));
  const held = taken.filter((each) => 'place' in each).length;
  expect(held).toBeGreaterThan(1);
  expect(held).toBeLessThan(50);
});

test('a project without an id has places, too', async () => {
  const { held, giveBack } = placesOf(1);
  await giveBack(await held(''));
});

test('many senders that ask at once never get more places than there are', async () => {
  const { take } = placesOf(4);
  const project = randomUUID();
  const taken = await Promise.all(Array.from({ length: 20 }, () => take(project)));
  expect(taken.filter((each) => 'place' in each)).toHaveLength(4);
});

test('the place of a holder that died is free when its time is over', async () => {
  const { held, take, after, giveBack } = placesOf(1);
  const project = randomUUID();
  const dead = await held(project);
  after(placeSeconds);
  expect(await take(project)).toEqual({ full: 'busy' });
  after(placeSeconds + 1);
  await held(project);
  // A holder that gives its place back late does not take it from the present holder.
  await giveBack(dead);
  expect(await take(project)).toEqual({ full: 'busy' });
});

test('a place that is kept is free after a while, and says why until then', async () => {
  const { held, take, keep, after } = placesOf(2);
  const project = randomUUID();
  await keep(await held(project));
  await held(project);
  expect(await take(project)).toEqual({ full: 'hung' });
  after(hungSeconds + 1);
  await held(project);
});

test('a place records that its holder waits for a receiver, and is free when it is given back', async () => {
  const { held, take, noteWaiting, giveBack } = placesOf(1);
  const project = randomUUID();
  const place = await held(project);
  await noteWaiting(place);
  expect(await take(project)).toEqual({ full: 'hung' });
  await giveBack(place);
  // A late renewal takes no place.
  await noteWaiting(place);
  await held(project);
});

test('a place that another sender has by now is not kept', async () => {
  const { held, take, keep, after } = placesOf(1);
  const project = randomUUID();
  const late = await held(project);
  after(placeSeconds + 1);
  await held(project);
  await keep(late);
  expect(await take(project)).toEqual({ full: 'busy' });
});
