/** Two feeds at the same time, or one that repeats its requests. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { cloud, ok } from './cloud.ts';
import type { Prepare } from './invoke.ts';
import { makeWorld, type World } from './world.ts';

/** The calls that write a host, alone or together with its row in the roster. */
const writes = new Set(['PutItemCommand', 'TransactWriteItemsCommand']);

/** Does something once, just before the first write is sent. */
const beforeFirstWrite =
  (act: () => Promise<unknown>): Prepare =>
  ({ dynamo }) => {
    let done = false;
    dynamo.middlewareStack.add(
      (next, context) => async (args) => {
        if (writes.has(context.commandName ?? '') && !done) {
          done = true;
          await act();
        }
        return next(args);
      },
      { step: 'initialize' },
    );
  };

const minute = (n: number): string => `2026-01-01T00:0${n}:00.000Z`;

const Registered = z.object({ host: z.object({ zone: z.string(), reported_at: z.string() }) });

const Named = z.object({ host: z.object({ host: z.string(), service_id: z.string() }) });

const hostAs = (world: World, body: object, prepare?: Prepare) =>
  world.request({ method: 'PUT', path: '/doctor/v1/hosts/h', body }, undefined, prepare);

test.each([
  { older: 'says something else', zone: 'old' },
  { older: 'says the same', zone: 'nova' },
])('of two reports of a host at once the older, which $older, gives way', async ({ zone }) => {
  await using world = await makeWorld();
  ok(await hostAs(world, { zone: 'nova', reported_at: minute(1) }));
  const newer = { zone: 'nova', reported_at: minute(3) };
  const older = await hostAs(
    world,
    { zone, reported_at: minute(2) },
    beforeFirstWrite(async () => ok(await hostAs(world, newer))),
  );
  ok(older);
  const shown = Registered.parse(ok(await world.request({ path: '/doctor/v1/hosts/h' })));
  expect(shown.host).toMatchObject(newer);
});

test('an instance that its host failed and came back under, within one registration, is stopped', async () => {
  await using world = await makeWorld();
  const nova = cloud(world);
  await nova.host('h');
  const uuid = randomUUID();
  ok(await nova.server(uuid, 'h'));
  const alarm = await nova.alarm(uuid);
  await world.recover();
  // The feed's clock is ahead, so that its report seems to be newer than the fault.
  const reported_at = new Date(Date.now() + 30_000).toISOString();
  let reads = 0;
  const betweenReadings: Prepare = ({ dynamo }) =>
    dynamo.middlewareStack.add(
      (next, context) => async (args) => {
        if (context.commandName === 'GetItemCommand' && ++reads === 3) {
          // The report reaches no instances, so that only the fault number of the host's row shows
          // the fault.
          ok(await nova.downAlone('h'));
          ok(await nova.up('h'));
        }
        return next(args);
      },
      { step: 'initialize' },
    );
  ok(
    await world.request(
      {
        method: 'PUT',
        path: `/doctor/v1/servers/${uuid}`,
        body: { name: 'vm', project_id: 'tenant', host: 'h', vm_state: 'active', reported_at },
      },
      undefined,
      betweenReadings,
    ),
  );
  await world.recover();
  expect((await world.received()).map(({ alarm_id }) => alarm_id)).toEqual([alarm]);
});

/** A host's row and the row of its spelling are one transaction. */
test.each(['fails', 'succeeds without saying so', 'is the last thing done'] as const)(
  'when the write of a new host %s, a repeat in another spelling finds one host',
  async (how) => {
    await using world = await makeWorld();
    const put = (host: string, d?: Parameters<typeof world.request>[1]) =>
      world.request({ method: 'PUT', path: `/doctor/v1/hosts/${host}`, body: {} }, d);
    // The counter of service ids is written before.
    await put('Host-1', { at: 2, how });
    const again = Named.parse(ok(await put('HOST-1')));
    expect(again.host.host).toBe(how === 'fails' ? 'HOST-1' : 'Host-1');
    expect(Named.parse(ok(await put('host-1'))).host).toEqual(again.host);
  },
);
