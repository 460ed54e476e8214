/** A tenant of an OpenStack cloud files an alarm with a token of the cloud's Keystone. */
import { randomUUID } from 'node:crypto';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { connect } from '../../functions/alarming/connect.ts';
import { cloudId } from '../cloud/keystone-tokens.ts';
import { type StandIn, standIn } from '../cloud/stand-in.ts';
import { call, quiet } from '../functions/call.ts';
import { type OwnThings, ownThings } from '../stack/own-tables.ts';
import { clientConfig, dynamodb, login } from '../stack/stack.ts';

const dynamo = dynamodb();
const secrets = new SecretsManagerClient(clientConfig());
const secret = `cloud-${randomUUID()}`;
let cloud: StandIn;
let own: OwnThings;
let alarming: ReturnType<typeof connect>;

beforeAll(async () => {
  cloud = await standIn();
  own = await ownThings();
  const SecretString = JSON.stringify(cloud.secret);
  await secrets.send(new CreateSecretCommand({ Name: secret, SecretString }));
  alarming = connect({ ...own.env, CLOUD_SECRET: secret }, { dynamo, secrets }, quiet);
});
afterAll(async () => {
  await secrets.send(
    new DeleteSecretCommand({ SecretId: secret, ForceDeleteWithoutRecovery: true }),
  );
  await cloud.stop();
  await own.cleanup();
  secrets.destroy();
  dynamo.destroy();
});

const tokenOf = (user: string, project: string, role = 'member') =>
  cloud.keystone.tokenFor({ user, project, roles: [role] });
const asked = (token: string, path = '/alarming/v2/alarms', rest: object = {}) =>
  call(alarming, { path, headers: { 'X-Auth-Token': token }, ...rest });
const Alarm = z.object({ alarm_id: z.string() });

test('the alarm belongs to the project of the cloud; others do not see it, its administrators do', async () => {
  const body = { name: 'a', type: 'event', event_rule: { event_type: 'compute.instance.update' } };
  const alice = tokenOf('alice', 'red');
  const made = await asked(alice, '/alarming/v2/alarms', { method: 'POST', body });
  expect(made).toMatchObject({
    status: 201,
    body: { project_id: cloudId('red'), user_id: cloudId('alice') },
  });
  const path = `/alarming/v2/alarms/${Alarm.parse(made.body).alarm_id}`;
  expect((await asked(tokenOf('carol', 'red', 'reader'), path)).status).toBe(200);
  expect((await asked(tokenOf('bob', 'blue'), path)).status).toBe(404);
  expect((await asked(tokenOf('root', 'admin', 'admin'), path)).status).toBe(200);
});

test('a bad token is Keystone’s 401', async () => {
  const { status, headers, body } = await asked('garbage');
  expect(status).toBe(401);
  expect(headers['WWW-Authenticate']).toMatch(/^Keystone uri=/);
  expect(body).toMatchObject({ error: { code: 401, title: 'Unauthorized' } });
});

test('a token without a project is refused as one of Doctor’s is', async () => {
  const token = cloud.keystone.tokenFor({ user: 'root', system: true, roles: ['admin'] });
  expect((await asked(token)).status).toBe(403);
});

test('while Keystone does not answer, its tokens are a 503, and those of Doctor’s own users are valid', async () => {
  await cloud.stop();
  const { status, headers } = await asked(tokenOf('dave', 'red'));
  expect([status, headers['Retry-After']]).toEqual([503, '5']);
  const { token } = await login('tenant-a');
  expect((await asked(token)).status).toBe(200);
  await cloud.start();
  const late = tokenOf('erin', 'red');
  await expect.poll(async () => (await asked(late)).status, { interval: 100 }).toBe(200);
});
