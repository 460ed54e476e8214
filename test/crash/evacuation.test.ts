import { expect, test } from 'vitest';
import { cloud, ok } from './cloud.ts';
import {
  alarmOn,
  audited,
  calls,
  cases,
  expectBooks,
  failedHost,
  isThere,
  notificationsByServer,
  type Place,
  statesOf,
  statusOf,
  worldWith,
} from './evacuations.ts';

test('evacuations and their reports make the listed writes and sends, and no others', async () => {
  await using world = await worldWith('external');
  const nova = cloud(world);
  const { uuid, target, host } = await failedHost(nova);
  expect(await nova.evacuate(uuid, target)).toMatchObject({ calls });
  expect(await nova.moved(uuid, 'done')).toMatchObject({ calls: calls.slice(1) });
  expect(await nova.moved(uuid, 'done')).toMatchObject({ calls: [] });
  // The write of the host's time, and then of the listed one.
  const heard = ['UpdateItem', 'UpdateItem'];
  expect(await nova.heartbeat(host, {})).toMatchObject({ calls: heard });
  const restarted = await nova.heartbeat(host, { restarted: true });
  expect(restarted).toMatchObject({ calls: [...heard, 'UpdateItem'] });
});

test('without an executor, after any failure, each server is at its target, and notified once', async () => {
  await using world = await worldWith('none');
  const nova = cloud(world);
  const places: Place[] = [];
  for (const [n, disturbance] of cases(3).entries()) {
    const place = await failedHost(nova, n);
    const { uuid, target } = place;
    places.push(place);
    await alarmOn(nova, uuid, 'active');
    const outcome = await nova.evacuate(uuid, target, disturbance);
    if (disturbance.how === 'is the last thing done') expect(outcome.kind).toBe('was killed');
    if (!isThere(2, disturbance)) {
      expect(await nova.row(uuid)).toMatchObject({ vm_state: 'stopped', evacuation: null });
      ok(await nova.evacuate(uuid, target));
    }
    // The host is up by now, so a repeat moves no server.
    expect(statusOf(await nova.evacuate(uuid))).toBe(400);
  }
  await world.recover();
  for (const { uuid, target } of places) {
    expect(statesOf(await nova.row(uuid))).toEqual([target, 'active', null, 'done']);
  }
  await expectBooks(world, nova, places);
  expect(await notificationsByServer(world)).toEqual(
    Object.fromEntries(places.map(({ uuid }) => [uuid, 1])),
  );
});

test('with an executor, after any failure, each server is on its way once, and the executor is notified', async () => {
  await using world = await worldWith('external');
  const nova = cloud(world);
  const places: Place[] = [];
  for (const [n, disturbance] of cases(3).entries()) {
    const place = await failedHost(nova, n);
    const { uuid, target, host } = place;
    places.push(place);
    await nova.evacuate(uuid, target, disturbance);
    if (!isThere(2, disturbance)) ok(await nova.evacuate(uuid, target));
    expect(statusOf(await nova.evacuate(uuid, target))).toBe(409);
    // A repeated report must not change the server back.
    ok(await nova.down(host));
  }
  await world.recover();
  for (const { uuid, host } of places) {
    const moving = [host, 'stopped', 'rebuilding', 'accepted'];
    expect(statesOf(await nova.row(uuid))).toEqual(moving);
    expect(await nova.seen(uuid)).toMatchObject({ status: 'REBUILD' });
  }
  await expectBooks(world, nova, places);
  expect(await audited(world, 'compute.instance.evacuate')).toHaveProperty('size', places.length);
});

test('an interrupted report of a move is recorded once, with its status', async () => {
  await using world = await worldWith('external');
  const nova = cloud(world);
  const places: Place[] = [];
  const ends: unknown[] = [];
  for (const status of ['done', 'failed'] as const) {
    for (const disturbance of cases(2)) {
      const place = await failedHost(nova, places.length);
      const { uuid, target } = place;
      places.push(place);
      await alarmOn(nova, uuid, 'active');
      ok(await nova.evacuate(uuid, target));
      await nova.moved(uuid, status, disturbance);
      // A caller that got no answer reports again. A report of the other outcome is refused.
      ok(await nova.moved(uuid, status));
      const other = status === 'done' ? 'failed' : 'done';
      expect(statusOf(await nova.moved(uuid, other))).toBe(409);
      ends.push(
        status === 'done'
          ? [target, 'active', null, 'done']
          : [place.host, 'stopped', null, 'failed'],
      );
    }
  }
  await world.recover();
  expect(await Promise.all(places.map(async ({ uuid }) => statesOf(await nova.row(uuid))))).toEqual(
    ends,
  );
  await expectBooks(world, nova, places);
  const arrived = places.slice(0, places.length / 2);
  expect(await notificationsByServer(world)).toEqual(
    Object.fromEntries(arrived.map(({ uuid }) => [uuid, 1])),
  );
});

test('an interrupted report of a target fails the moves to it, each notified once', async () => {
  await using world = await worldWith('external');
  const nova = cloud(world);
  const places: Place[] = [];
  for (const [n, disturbance] of cases(2).entries()) {
    const place = await failedHost(nova, n);
    const { uuid, target } = place;
    places.push(place);
    await alarmOn(nova, uuid, 'error');
    ok(await nova.evacuate(uuid, target));
    await nova.down(target, disturbance);
    if (!isThere(1, disturbance)) ok(await nova.down(target));
    expect(await nova.seen(uuid)).toMatchObject({ status: 'ERROR', 'OS-EXT-STS:task_state': null });
    expect(statusOf(await nova.moved(uuid, 'done'))).toBe(409);
  }
  await world.recover();
  for (const { uuid, host } of places) {
    expect(statesOf(await nova.row(uuid))).toEqual([host, 'error', null, 'failed']);
  }
  await expectBooks(world, nova, places);
  expect(await notificationsByServer(world)).toEqual(
    Object.fromEntries(places.map(({ uuid }) => [uuid, 1])),
  );
});

test('after an interruption and a second report of the restart, the host is up again', async () => {
  await using world = await worldWith('none');
  const nova = cloud(world);
  for (const [n, disturbance] of cases(3).entries()) {
    const { host, target, uuid } = await failedHost(nova, n);
    ok(await nova.evacuate(uuid, target));
    expect(statusOf(await nova.up(host))).toBe(400);
    await nova.heartbeat(host, { restarted: true }, disturbance);
    if (!isThere(3, disturbance)) expect(statusOf(await nova.up(host))).toBe(400);
    ok(await nova.heartbeat(host, { restarted: true }));
    expect(await nova.migrations({ source_compute: host })).toMatchObject([
      { status: 'completed' },
    ]);
    ok(await nova.up(host));
    expect(statesOf(await nova.row(uuid))).toEqual([target, 'active', null, 'done']);
  }
});
