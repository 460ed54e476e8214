/** Evacuations at the same time as other changes: no server is ever on two hosts, and none is lost. */
import { setTimeout as sleep } from 'node:timers/promises';
import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { cloud, ok } from './cloud.ts';
import type { Disturbable } from './disturbance.ts';
import { expectBooks, failedHost, statesOf, statusOf, worldWith } from './evacuations.ts';
import type { Prepare } from './invoke.ts';
import { makeWorld } from './world.ts';

/** Runs something once, just before the first transaction is sent. */
const before =
  (act: () => Promise<unknown>) =>
  ({ dynamo }: Disturbable): void => {
    let done = false;
    dynamo.middlewareStack.add(
      (next, context) => async (args) => {
        if (context.commandName === 'TransactWriteItemsCommand' && !done) {
          done = true;
          await act();
        }
        return next(args);
      },
      { step: 'initialize' },
    );
  };

test.each(['none', 'external'] as const)(
  'of two evacuations at once one is carried out, with the executor %s',
  async (executor) => {
    await using world = await worldWith(executor);
    const nova = cloud(world);
    const place = await failedHost(nova);
    await nova.host('other');
    const rival = before(async () => ok(await nova.evacuate(place.uuid, 'other')));
    const lost = await nova.evacuate(place.uuid, place.target, undefined, rival);
    expect(statusOf(lost)).toBe(executor === 'none' ? 400 : 409);
    expect(await nova.migrations({ instance_uuid: place.uuid })).toMatchObject([
      { dest_compute: 'other' },
    ]);
    await expectBooks(world, nova, [place]);
  },
);

test('no server is moved to a target that fails meanwhile: another target is chosen, or none', async () => {
  await using world = await worldWith('none');
  const nova = cloud(world);
  const first = await failedHost(nova, 0);
  const fails = (target: string) => before(async () => ok(await nova.down(target)));
  ok(await nova.evacuate(first.uuid, first.target, undefined, fails(first.target)));
  expect(statesOf(await nova.row(first.uuid))).toEqual([first.host, 'error', null, 'error']);
  const second = await failedHost(nova, 1);
  await nova.host('u');
  ok(await nova.evacuate(second.uuid, undefined, undefined, fails(second.target)));
  expect(statesOf(await nova.row(second.uuid))).toEqual(['u', 'active', null, 'done']);
  await expectBooks(world, nova, [first, second]);
  expect((await nova.row(second.uuid))?.evacuation?.dest).toBe('u');
});

test('a host that is reported up meanwhile keeps its servers, and a host with departures is not up', async () => {
  await using world = await worldWith('none');
  const nova = cloud(world);
  const [kept, left] = [await failedHost(nova, 0), await failedHost(nova, 1)];
  const up = before(async () => ok(await nova.up(kept.host)));
  expect(statusOf(await nova.evacuate(kept.uuid, kept.target, undefined, up))).toBe(400);
  expect(await nova.row(kept.uuid)).toMatchObject({ host: kept.host, evacuation: null });
  const leaves = before(async () => ok(await nova.evacuate(left.uuid, left.target)));
  expect(statusOf(await nova.up(left.host, leaves))).toBe(400);
  expect(statesOf(await nova.row(left.uuid))).toEqual([left.target, 'active', null, 'done']);
});

test('a host that sends a heartbeat meanwhile keeps its servers', async () => {
  await using world = await makeWorld({ SERVICE_DOWN_TIME_SECONDS: '1' });
  const nova = cloud(world);
  const body = { heartbeat: true };
  ok(await world.request({ method: 'PUT', path: '/doctor/v1/hosts/silent', body }));
  await nova.host('target');
  const [uuid = ''] = await nova.servers('silent', 1);
  await sleep(1_100);
  const heartbeat = before(async () => ok(await nova.heartbeat('silent', {})));
  expect(statusOf(await nova.evacuate(uuid, 'target', undefined, heartbeat))).toBe(400);
  expect(await nova.row(uuid)).toMatchObject({ host: 'silent', evacuation: null });
});

test('a restart that is reported meanwhile counts before the departure, and the host is not up again', async () => {
  await using world = await worldWith('none');
  const nova = cloud(world);
  const { uuid, host, target } = await failedHost(nova);
  const restarted = before(async () => ok(await nova.heartbeat(host, { restarted: true })));
  ok(await nova.evacuate(uuid, target, undefined, restarted));
  expect(await nova.migrations({ instance_uuid: uuid })).toMatchObject([{ status: 'done' }]);
  expect(statusOf(await nova.up(host))).toBe(400);
});

test('a server that a feed moves meanwhile stays where the feed reports it', async () => {
  await using world = await worldWith('none');
  const nova = cloud(world);
  const { uuid, target } = await failedHost(nova);
  await nova.host('seen-here');
  const feed = before(async () => ok(await nova.server(uuid, 'seen-here')));
  expect(statusOf(await nova.evacuate(uuid, target, undefined, feed))).toBe(400);
  expect(await nova.row(uuid)).toMatchObject({ host: 'seen-here', vm_state: 'active' });
  expect(await nova.migrations({ instance_uuid: uuid })).toEqual([]);
});

test('a feed at the same time as the report of a move does not bring the server to two hosts', async () => {
  await using world = await worldWith('external');
  const nova = cloud(world);
  await nova.host('third');
  for (const [n, seen] of ['third', 'target', 'source'].entries()) {
    const place = await failedHost(nova, n);
    const { uuid, target, host } = place;
    ok(await nova.evacuate(uuid, target));
    const at = seen === 'third' ? 'third' : seen === 'target' ? target : host;
    const feed = before(async () => ok(await nova.server(uuid, at)));
    const answer = await nova.moved(uuid, 'done', undefined, feed);
    expect(statusOf(answer)).toBe(seen === 'third' ? 409 : 200);
    const row = await nova.row(uuid);
    expect(row).toMatchObject({ host: seen === 'third' ? 'third' : target, vm_state: 'active' });
    expect(await nova.migrations({ instance_uuid: uuid })).toMatchObject([
      { status: seen === 'third' ? 'failed' : 'done' },
    ]);
  }
});

test('late reports of a move are refused, and change nothing', async () => {
  await using world = await worldWith('external');
  const nova = cloud(world);
  const [lost, gone, twice] = [
    await failedHost(nova, 0),
    await failedHost(nova, 1),
    await failedHost(nova, 2),
  ];
  for (const { uuid, target } of [lost, gone, twice]) ok(await nova.evacuate(uuid, target));
  // The target failed and is up again, and the row of the instance does not reflect it yet.
  ok(await nova.downAlone(lost.target));
  ok(await nova.up(lost.target));
  expect(statusOf(await nova.moved(lost.uuid, 'done'))).toBe(409);
  expect(statesOf(await nova.row(lost.uuid))).toEqual([lost.host, 'error', null, 'failed']);
  ok(await world.request({ method: 'DELETE', path: `/compute/v2.1/servers/${gone.uuid}` }));
  expect(statusOf(await nova.moved(gone.uuid, 'done'))).toBe(404);
  expect(await nova.row(gone.uuid)).toMatchObject({
    ...{ deleted: true, evacuation: { status: 'failed' } },
  });
  const rival = before(async () => ok(await nova.moved(twice.uuid, 'done')));
  ok(await nova.moved(twice.uuid, 'done', undefined, rival));
  await expectBooks(world, nova, [twice]);
  // Evacuated again, it gets its state before the fault.
  ok(await nova.evacuate(lost.uuid, lost.target));
  ok(await nova.moved(lost.uuid, 'done'));
  expect(statesOf(await nova.row(lost.uuid))).toEqual([lost.target, 'active', null, 'done']);
});

/** Hides an instance from the indexes, as if it had just been written. */
const lagging =
  (uuid: string): Prepare =>
  ({ dynamo }) =>
    dynamo.middlewareStack.add(
      (next, context) => async (args) => {
        const answer = await next(args);
        const { output } = answer;
        if (context.commandName === 'QueryCommand' && 'Items' in output && output.Items) {
          output.Items = output.Items.filter((item) => item.uuid?.S !== uuid && item.uuid !== uuid);
        }
        return answer;
      },
      { step: 'initialize' },
    );

const Services = z.object({ services: z.array(z.object({ id: z.string(), host: z.string() })) });

test('a move to a host that is deleted or fails is failed, also if the index does not show it', async () => {
  await using world = await worldWith('external');
  const nova = cloud(world);
  const [deleted, failed] = [await failedHost(nova, 0), await failedHost(nova, 1)];
  for (const { uuid, target } of [deleted, failed]) ok(await nova.evacuate(uuid, target));
  const headers = { 'OpenStack-API-Version': 'compute 2.53' };
  const path = '/compute/v2.1/os-services';
  const { services } = Services.parse(ok(await world.request({ path, headers })));
  const id = services.find(({ host }) => host === deleted.target)?.id;
  const remove = { method: 'DELETE', path: `${path}/${id}`, headers };
  expect(statusOf(await world.request(remove))).toBe(409);
  ok(await world.request(remove, undefined, lagging(deleted.uuid)));
  ok(await nova.down(failed.target, undefined, lagging(failed.uuid)));
  for (const { uuid } of [deleted, failed]) {
    expect(await nova.row(uuid)).toMatchObject({ task_state: 'rebuilding' });
    expect(await nova.seen(uuid)).toMatchObject({ status: 'ERROR' });
  }
  // The fault-finisher reads again and finds what a fault or a deletion left out.
  await world.recover();
  for (const { uuid, host } of [deleted, failed]) {
    expect(statesOf(await nova.row(uuid))).toEqual([host, 'error', null, 'failed']);
  }
  expect(statusOf(await nova.moved(deleted.uuid, 'done'))).toBe(409);
});

/** AWS cancels transactions that conflict on a row; the embedded stack never does. */
const conflicting =
  (times: number): Prepare =>
  ({ dynamo }) => {
    let left = times;
    dynamo.middlewareStack.add(
      (next, context) => async (args) => {
        if (context.commandName !== 'TransactWriteItemsCommand' || left-- <= 0) return next(args);
        throw new TransactionCanceledException({
          ...{ message: 'Transaction cancelled', $metadata: {} },
          CancellationReasons: [{ Code: 'None' }, { Code: 'TransactionConflict' }],
        });
      },
      { step: 'initialize' },
    );
  };

test('transactions that conflict on the row of the source are tried again', async () => {
  await using world = await worldWith('none');
  const nova = cloud(world);
  const place = await failedHost(nova);
  ok(await nova.evacuate(place.uuid, place.target, undefined, conflicting(8)));
  expect(statesOf(await nova.row(place.uuid))).toEqual([place.target, 'active', null, 'done']);
  await expectBooks(world, nova, [place]);
  // The report on the target conflicts with the evacuations, whose transactions include its row.
  ok(await nova.down(place.target, undefined, conflicting(4)));
  expect(statesOf(await nova.row(place.uuid))).toEqual([place.target, 'stopped', null, 'done']);
});

test('concurrent evacuations and reports leave every server on one host, and none active on a host that is down', async () => {
  await using world = await worldWith('external');
  const nova = cloud(world);
  for (const host of ['h', 'a', 'b', 'c']) await nova.host(host);
  const uuids = await nova.servers('h', 12);
  ok(await nova.down('h'));
  const outcomes = await Promise.all([
    ...uuids.map(async (uuid, n) => {
      const outcome = await nova.evacuate(uuid, n % 3 === 0 ? 'a' : undefined);
      return statusOf(outcome) === 200
        ? nova.moved(uuid, n % 4 === 1 ? 'failed' : 'done')
        : outcome;
    }),
    nova.down('a'),
    nova.down('h'),
    nova.server(uuids[1] ?? '', 'c'),
    nova.up('a'),
  ]);
  const statuses = new Set(outcomes.map(statusOf));
  expect([...statuses].filter((status) => status >= 500)).toEqual([]);
  await world.recover();
  for (const uuid of uuids) {
    const row = await nova.row(uuid);
    const records = await nova.migrations({ instance_uuid: uuid });
    expect(records.filter(({ status }) => status === 'accepted')).toEqual([]);
    if (row?.host === 'h') expect(row.vm_state).not.toBe('active');
    else expect(['active', 'stopped']).toContain(row?.vm_state);
    const seen = await nova.seen(uuid);
    expect(seen).toMatchObject({ 'OS-EXT-STS:vm_state': row?.vm_state });
  }
  const on = await Promise.all(
    ['h', 'a', 'b', 'c'].map(async (host) => {
      const path = '/compute/v2.1/servers/detail';
      const query = { all_tenants: ['1'], host: [host] };
      const { servers } = Listed.parse(ok(await world.request({ path, query })));
      return servers.map(({ id }) => id);
    }),
  );
  expect(on.flat().sort()).toEqual([...uuids].sort());
});

const Listed = z.object({ servers: z.array(z.object({ id: z.string() })) });
