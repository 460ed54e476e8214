/** Evacuates a whole host, with one request for each server, as clients do. */
import { randomUUID } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import { expect, test } from 'vitest';
import { makeDynamo, makeSecrets, makeSqs } from '../../adapters/clients.ts';
import { inParallel } from '../../adapters/in-parallel.ts';
import { departureStore } from '../../adapters/servers/departures.ts';
import { instanceStore } from '../../adapters/servers/instances.ts';
import { migrationStore } from '../../adapters/servers/migrations.ts';
import { connect } from '../../functions/compute/connect.ts';
import { instanceWith } from '../domain/rows.ts';
import { lambdaContext, proxyEvent } from '../functions/call.ts';
import { login } from '../stack/stack.ts';
import { cloud, ok, project } from './cloud.ts';
import { makeWorld } from './world.ts';

/**
 * Enough servers for conflicts on rows. 1,000 give the same result, and take some 20 s on two
 * cores.
 */
const count = Number(process.env.EVACUATED_SERVERS ?? 200);
const inFlight = 4;

test(`${count} servers of a host are evacuated four in flight: spread, recorded, none lost`, async () => {
  await using world = await makeWorld();
  const nova = cloud(world);
  const targets = ['t1', 't2', 't3', 't4', 't5'];
  for (const host of ['h', ...targets]) await nova.host(host);
  const { HOSTS_TABLE: hosts, INSTANCES_TABLE, MIGRATIONS_TABLE: migrations } = world.things.env;
  const tables = { hosts, instances: INSTANCES_TABLE, migrations };
  const dynamo = makeDynamo();
  const store = instanceStore(dynamo, tables);
  const uuids = Array.from({ length: count }, () => randomUUID());
  await inParallel(uuids, 8, (uuid) =>
    store.saveInstance(
      undefined,
      instanceWith({ uuid, host: 'h', project_id: project, incarnation: randomUUID() }),
    ),
  );
  ok(await nova.down('h'));

  // Each stands for a warm Lambda with its own counts of servers on the targets.
  const clients = { dynamo, sqs: makeSqs(), secrets: makeSecrets() };
  const logger = new Logger({ logLevel: 'SILENT' });
  const { token } = await login('admin');
  const lambdas = Array.from({ length: inFlight }, () =>
    connect(world.things.env, clients, logger),
  );
  const left = [...uuids];
  const answers = await Promise.all(
    lambdas.map(async (lambda) => {
      const statuses: number[] = [];
      for (let uuid = left.pop(); uuid !== undefined; uuid = left.pop()) {
        const event = proxyEvent({
          method: 'POST',
          path: `/compute/v2.1/servers/${uuid}/action`,
          headers: { 'X-Auth-Token': token, 'X-OpenStack-Nova-API-Version': '2.94' },
          body: { evacuate: {} },
        });
        statuses.push((await lambda(event, lambdaContext)).statusCode);
      }
      return statuses;
    }),
  );
  expect(answers.flat()).toEqual(uuids.map(() => 200));

  const rows = await store.instances(uuids);
  expect(rows).toHaveLength(count);
  expect(new Set(rows.map(({ vm_state }) => vm_state))).toEqual(new Set(['active']));
  const counts = await store.countsOn(['h', ...targets]);
  expect(counts.get('h')).toBe(0);
  const loads = targets.map((target) => counts.get(target) ?? 0);
  expect(loads.reduce((sum, load) => sum + load, 0)).toBe(count);
  // Each Lambda distributes its own servers; it sees those of the others after five seconds.
  const fair = count / targets.length;
  for (const load of loads) expect(Math.abs(load - fair)).toBeLessThan(fair / 2);

  expect((await departureStore(dynamo, migrations).departures('h')).done).toBe(count);
  const numbers = new Set<number>();
  for await (const page of migrationStore(dynamo, migrations).migrations('source', 'h', '~')) {
    for (const { number, status } of page) {
      expect(status).toBe('done');
      numbers.add(number);
    }
  }
  expect(numbers.size).toBe(count);
  for (const client of Object.values(clients)) client.destroy();
});
