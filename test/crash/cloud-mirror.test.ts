/** Turns of the mirror of the cloud that are interrupted at each write and send. */
import { randomUUID } from 'node:crypto';
import { CreateSecretCommand, DeleteSecretCommand } from '@aws-sdk/client-secrets-manager';
import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { makeDynamo, makeSecrets } from '../../adapters/clients.ts';
import type { CloudJobName } from '../../domain/mirror/cloud-job.ts';
import { cloudListings, portItem, serverItem } from '../cloud/listings.ts';
import { type StandIn, standIn } from '../cloud/stand-in.ts';
import { queued } from '../functions/consumers/lambda.ts';
import { cloud as novaOf, ok } from './cloud.ts';
import { type Disturbance, hows } from './disturbance.ts';
import { makeQueueReader } from './queue-reader.ts';
import { makeWorld, type World } from './world.ts';

let world: World & AsyncDisposable;
let cloud: StandIn;
let lists: ReturnType<typeof cloudListings>;
const secret = `crash-cloud-${randomUUID()}`;

beforeAll(async () => {
  cloud = await standIn();
  lists = cloudListings(cloud);
  world = await makeWorld({ CLOUD_SECRET: secret });
  const SecretString = JSON.stringify(cloud.secret);
  await makeSecrets().send(new CreateSecretCommand({ Name: secret, SecretString }));
});
afterAll(async () => {
  const forget = { SecretId: secret, ForceDeleteWithoutRecovery: true };
  await makeSecrets().send(new DeleteSecretCommand(forget));
  await world[Symbol.asyncDispose]();
  await cloud.stop();
});

/** A turn of a job. */
const turn = (job: CloudJobName, disturbance?: Disturbance) => {
  const body = { job, due_at: new Date().toISOString() };
  return world.run({ name: 'cloud-mirror', event: queued({ body }) }, disturbance);
};

/**
 * Ends the lease and the pause of the walk, as if their time had passed, so that the next walk
 * begins.
 */
const rest = () =>
  makeDynamo().send(
    new DeleteCommand({ TableName: world.things.env.CLOUD_TABLE, Key: { id: 'walk' } }),
  );

/** A host with a server and a port in the cloud, and an alarm on the creation of the server. */
async function newInCloud() {
  const [uuid, port, host] = [randomUUID(), randomUUID(), `h-${randomUUID()}`];
  lists.services.splice(0, 1, { id: host, host, zone: 'nova', forced_down: false });
  lists.servers.clear();
  lists.ports.clear();
  lists.servers.set(uuid, { ...serverItem(1, host), id: uuid, tenant_id: 'tenant' });
  const mac = `fa:16:3e${port.slice(0, 6).replace(/../g, ':$&')}`;
  lists.ports.set(port, { ...portItem(1, uuid, host), id: port, mac_address: mac });
  await novaOf(world).alarm(uuid, {
    event_rule: {
      event_type: 'compute.instance.create.end',
      query: [{ field: 'traits.instance_id', op: 'eq', type: 'string', value: uuid }],
    },
  });
  return { uuid, port, host };
}

/** A walk in as many turns as it needs. */
async function walk(): Promise<void> {
  for (let turns = 0; turns < 2; turns++) await turn('walk');
}

const portOf = (id: string) => world.request({ path: `/network/v2.0/ports/${id}` });

test('the calls of a walk in two turns', async () => {
  await rest();
  const { port } = await newInCloud();
  const calls = [
    ...['PutItem', 'UpdateItem', 'TransactWriteItems', 'SendMessageBatch', 'PutItem'],
    ...['PutItem', 'SendMessageBatch', 'PutItem'],
  ];
  expect(await turn('walk')).toMatchObject({ kind: 'done', calls });
  expect(await turn('walk')).toMatchObject({
    calls: ['PutItem', 'TransactWriteItems', 'SendMessageBatch', 'PutItem'],
  });
  expect(ok(await portOf(port))).toMatchObject({ port: { status: 'ACTIVE' } });
  await world.recover();
  await world.received();
});

const [fails, silent, last] = hows;

test.each([
  { step: 'the host', in: 1, at: 3, how: fails },
  { step: 'the row of the walk', in: 1, at: 5, how: last },
  { step: 'the server', in: 1, at: 6, how: silent },
  { step: 'the server', in: 1, at: 6, how: last },
  { step: 'the event of the server', in: 1, at: 7, how: fails },
  { step: 'the port', in: 2, at: 2, how: silent },
])('when writing $step $how, everything is there once', async (interrupted) => {
  await rest();
  const { uuid, port, host } = await newInCloud();
  if (interrupted.in === 2) await turn('walk');
  await turn('walk', { at: interrupted.at, how: interrupted.how });
  await rest();
  await walk();
  await world.recover();
  expect(await novaOf(world).row(uuid)).toMatchObject({ host, deleted: false, revision: 1 });
  expect(ok(await portOf(port))).toMatchObject({
    port: { 'binding:host_id': host, revision_number: 1 },
  });
  expect(await world.received()).toHaveLength(1);
});

test('the report of a host that Nova forced down stops its servers, whichever write is lost', async () => {
  for (const how of [fails, silent]) {
    await rest();
    const { uuid, host } = await newInCloud();
    await walk();
    await turn('services');
    lists.services.splice(0, 1, { id: host, host, zone: 'nova', forced_down: true });
    await turn('services', { at: 2, how });
    await makeDynamo().send(
      new DeleteCommand({ TableName: world.things.env.CLOUD_TABLE, Key: { id: 'services' } }),
    );
    await turn('services');
    await world.recover();
    expect(await novaOf(world).row(uuid)).toMatchObject({ vm_state: 'stopped' });
  }
});

/** A host that has failed in Doctor without a task for the cloud, as if the setting was not there. */
async function failedBefore(): Promise<string> {
  await rest();
  const { host } = await newInCloud();
  const nova = novaOf(world);
  await nova.host(host);
  ok(await nova.down(host));
  await world.skipRecords();
  return host;
}

/** Has the tasks for the cloud handled, until none is left. */
async function applyTasks(): Promise<void> {
  const tasks = makeQueueReader(world.things.env.CLOUD_QUEUE_URL);
  for (;;) {
    const { event, settle } = await tasks.receive();
    if (event.Records.length === 0) return;
    const outcome = await world.run({ name: 'cloud-faults', event });
    await settle(outcome.kind === 'done' ? outcome.result : undefined);
  }
}

const Faults = z.object({
  faults: z.array(z.object({ applied_to_cloud: z.object({ state: z.string() }) })),
});

test('a host that failed before Doctor knew of the cloud is forced down there, whichever write or send of the walk is lost', async () => {
  await failedBefore();
  const undisturbed = await turn('walk');
  const calls = undisturbed.kind === 'done' ? undisturbed.calls : [];
  const sent = calls.indexOf('SendMessageBatch') + 1;
  expect(sent).toBeGreaterThan(1);
  await applyTasks();
  for (const disturbance of [
    ...hows.map((how) => ({ at: sent, how })),
    { at: sent + 1, how: fails },
  ]) {
    const host = await failedBefore();
    await turn('walk', disturbance);
    await rest();
    await walk();
    await applyTasks();
    expect(lists.services[0]).toMatchObject({ host, forced_down: true });
    const query = { host: [host] };
    const shown = ok(await world.request({ path: '/doctor/v1/faults', query }));
    expect(Faults.parse(shown).faults).toEqual([{ applied_to_cloud: { state: 'done' } }]);
  }
});
