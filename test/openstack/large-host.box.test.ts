/** A real host of fifty servers fails: they are put in error in Nova, and evacuated by Nova. */
import { randomUUID } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../functions/cloud-faults/connect.ts';
import { startService, stopService } from '../../scripts/openstack/box.ts';
import { lambdaContext } from '../functions/call.ts';
import { queued } from '../functions/consumers/lambda.ts';
import { type Client, clientConfig, dynamodb, login, sqs } from '../stack/stack.ts';
import { admin, box, doctor as doctorAs, openstack, register } from './cloud.ts';
import { type CloudView, cloudAsAdmin } from './nova.ts';
import { command, outcomeOf, patience, seenInDoctor, variablesOf } from './own-doctor.ts';

const host = 'compute-3';
const count = 50;
const name = `large-${randomUUID().slice(0, 8)}`;
let cloud: CloudView;
let doctor: Client;

const own = async () => (await cloud.servers()).filter((each) => each.name.startsWith(name));
const statuses = async () => [...new Set((await own()).map(({ status }) => status))];

beforeAll(async () => {
  await register();
  [cloud, doctor] = [await cloudAsAdmin(), await login('admin')];
  const many = ['--min', String(count), '--max', String(count), '--nic', 'none'];
  const boot = ['--flavor', 'tiny', '--image', 'blank', '--host', host, ...many];
  await openstack(admin(), '--os-compute-api-version', '2.74', 'server', 'create', ...boot, name);
});

const force = (forced_down: boolean) =>
  doctor.expect('PUT', '/compute/v2.1/os-services/force-down', {
    headers: { 'X-OpenStack-Nova-API-Version': '2.11' },
    body: { host, binary: 'nova-compute', forced_down },
  });

afterAll(async () => {
  await startService(box(), host);
  await doctor?.call('PUT', '/compute/v2.1/os-services/force-down', {
    headers: { 'X-OpenStack-Nova-API-Version': '2.11' },
    body: { host, binary: 'nova-compute', forced_down: false },
  });
  const ids = (await own()).map(({ id }) => id);
  if (ids.length > 0) await openstack(admin(), 'server', 'delete', ...ids);
}, 300_000);

/**
 * The function as it is deployed, with the setting `cloudServersOnFault=error`, on the message of
 * the host.
 */
async function markInNova() {
  const secrets = new SecretsManagerClient(clientConfig());
  const variables = { ...(await variablesOf('cloud-faults')), CLOUD_SERVERS_ON_FAULT: 'error' };
  const clients = { dynamo: dynamodb(), sqs: sqs(), secrets };
  const handler = connect(variables, clients, new Logger({ logLevel: 'SILENT' }));
  const state = { forced_down: true, instances_left: false, fault_number: 1 };
  return handler(queued({ body: { service: host, state, attempts: 0 } }), lambdaContext);
}

test('Nova has fifty servers on one host, and so has Doctor', async () => {
  await expect.poll(statuses, { ...patience, timeout: 240_000 }).toEqual(['ACTIVE']);
  expect(await own()).toHaveLength(count);
  const { status, err } = await doctorAs(admin(), 'cloud', 'sync');
  expect(status, err).toBe(0);
}, 400_000);

test('with cloudServersOnFault=error, all servers of the host are in error in Nova, and the fault says done', async () => {
  await stopService(box(), host, 'KILL');
  await force(true);
  await expect
    .poll(() => outcomeOf(doctor, host), patience)
    .toMatchObject({ change: 'down', state: 'done' });
  expect(await statuses()).toEqual(['ACTIVE']);
  const began = Date.now();
  expect(await markInNova()).toEqual({ batchItemFailures: [] });
  console.log(`${count} servers put in error in ${Date.now() - began} ms`);
  expect(await statuses()).toEqual(['ERROR']);
  expect(await outcomeOf(doctor, host)).toMatchObject({ change: 'down', state: 'done' });
});

test('its servers, evacuated by Doctor, are active elsewhere, in Nova and in Doctor', async () => {
  const began = Date.now();
  const { status, out, err } = await command('host-evacuate', host);
  console.log(
    `${err}${out}\nthe host of ${count} servers and more evacuated in ${Date.now() - began} ms`,
  );
  expect(status).toBe(0);
  const moved = await own();
  expect(moved).toHaveLength(count);
  const seen = new Map((await seenInDoctor(doctor)).map((each) => [each.id, each]));
  for (const server of moved) {
    expect(server.status).toBe('ACTIVE');
    expect(server.host).not.toBe(host);
    expect(seen.get(server.id)).toMatchObject({
      ...{ status: 'ACTIVE', 'OS-EXT-SRV-ATTR:host': server.host },
    });
  }
}, 600_000);
