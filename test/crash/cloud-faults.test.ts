/**
 * Changes that are applied to a cloud, and evacuations by Nova, are interrupted at every write and
 * send of Doctor.
 */
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import * as z from 'zod';
import { type FaultNova, makeFaultNova } from '../cloud/fault-nova.ts';
import { type StandIn, standIn } from '../cloud/stand-in.ts';
import { queued } from '../functions/consumers/lambda.ts';
import { clientConfig, dynamodb } from '../stack/stack.ts';
import { cloud, ok } from './cloud.ts';
import type { Disturbance } from './disturbance.ts';
import { cases, failedHost, type Nova, statesOf } from './evacuations.ts';
import { makeWorld, type World } from './world.ts';

let openstack: StandIn;
let fake: FaultNova;
let world: World & AsyncDisposable;
let doctor: Nova;

beforeEach(async () => {
  openstack = await standIn();
  const Name = `own-cloud-${crypto.randomUUID()}`;
  const SecretString = JSON.stringify(openstack.secret);
  const secrets = new SecretsManagerClient(clientConfig());
  await secrets.send(new CreateSecretCommand({ Name, SecretString }));
  world = await makeWorld({ EVACUATION_EXECUTOR: 'openstack', CLOUD_SECRET: Name });
  doctor = cloud(world);
  const hosts = Array.from({ length: 20 }, (_, n) => [`h${n}`, `t${n}`]).flat();
  fake = makeFaultNova([...hosts, 'compute-3']);
  openstack.serve('compute', '/compute', '/v2.1', fake.serve);
});
afterEach(async () => {
  await world?.[Symbol.asyncDispose]();
  await openstack?.stop();
});

/** The function on a message, as its queue delivers it. */
const handle = (body: object, disturbance?: Disturbance) =>
  world.run({ name: 'cloud-faults', event: queued({ body }) }, disturbance);

const serviceTask = (host: string) => ({
  service: host,
  state: { forced_down: true, instances_left: false, fault_number: 1 },
});

const Outcomes = z.object({ faults: z.array(z.object({ applied_to_cloud: z.unknown() })) });
const outcomeOf = async (host: string) => {
  const body = ok(await world.request({ path: '/doctor/v1/faults', query: { host: [host] } }));
  return Outcomes.parse(body).faults[0]?.applied_to_cloud;
};

test('after any interruption, and the message again, Nova shows the host down, and the fault says so', async () => {
  for (const [n, disturbance] of cases(3).entries()) {
    const { host } = await failedHost(doctor, n);
    await handle(serviceTask(host), disturbance);
    await handle(serviceTask(host));
    expect(fake.service(host)?.forced_down).toBe(true);
    expect(await outcomeOf(host)).toMatchObject({ change: 'down', state: 'done' });
  }
});

/** An evacuation that Doctor has accepted, and its message. */
async function accepted(n: number) {
  const { host, uuid } = await failedHost(doctor, n);
  fake.servers.set(uuid, { id: uuid, host, vm_state: 'active', task_state: null });
  ok(await doctor.evacuate(uuid));
  const migration_uuid = (await doctor.row(uuid))?.evacuation?.uuid ?? '';
  return { uuid, task: { move: uuid, migration_uuid } };
}

/** Lets a minute pass since the claim of a move: then Nova would have shown its request. */
const age = async ({ migration_uuid }: { migration_uuid: string }) => {
  await dynamodb().send(
    new UpdateCommand({
      TableName: world.things.env.MIGRATIONS_TABLE,
      Key: { source: `#move#${migration_uuid}`, record: '#' },
      UpdateExpression: 'SET #at = :at',
      ExpressionAttributeNames: { '#at': 'at' },
      ExpressionAttributeValues: { ':at': new Date(Date.now() - 61_000).toISOString() },
    }),
  );
};

/** Continues a move until it has ended. */
async function finish({ uuid, task }: Awaited<ReturnType<typeof accepted>>) {
  for (let n = 0; n < 6; n++) {
    if ((await doctor.row(uuid))?.evacuation?.status !== 'accepted') return;
    await handle(task);
    fake.work();
    if (!fake.migrations.some(({ instance_uuid }) => instance_uuid === uuid)) await age(task);
  }
}

/** Expects that the move has ended, with one request that Nova carried out. */
async function expectEnd(uuid: string) {
  expect(statesOf(await doctor.row(uuid))).toEqual(['compute-3', 'active', null, 'done']);
  expect(fake.migrations.filter(({ instance_uuid }) => instance_uuid === uuid)).toHaveLength(1);
  expect(fake.broken).toEqual([]);
}

test('an evacuation whose request is interrupted ends with one request', async () => {
  await doctor.host('compute-3');
  // The writes of a step: what is written to Nova, the outcome, the claim, and the next message.
  for (const [n, disturbance] of cases(5).entries()) {
    const move = await accepted(n);
    await handle(move.task, disturbance);
    await finish(move);
    await expectEnd(move.uuid);
  }
});

test('an end that is interrupted is recorded once', async () => {
  await doctor.host('compute-3');
  for (const [n, disturbance] of cases(2).entries()) {
    const move = await accepted(n);
    await handle(move.task);
    fake.work();
    fake.work();
    await handle(move.task, disturbance);
    await finish(move);
    await expectEnd(move.uuid);
  }
});
