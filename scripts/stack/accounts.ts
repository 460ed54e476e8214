import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { type Account, login } from './api.ts';
import { region, rootCredentials } from './ministack.ts';
import { type StackState, stateDir, writeWhole } from './state.ts';

/** The tenants that every embedded stack has, each a `member` of its own project. */
export const tenants = ['tenant-a', 'tenant-b'] as const;
export type Tenant = (typeof tenants)[number];

const file = (who: 'admin' | Tenant, folder: string = stateDir): string =>
  join(folder, who === 'admin' ? 'openrc' : `openrc-${who}`);

function write(who: 'admin' | Tenant, account: Account, { endpoint, outputs }: StackState): void {
  const variables = {
    OS_AUTH_URL: `${outputs?.ApiUrl}/identity/v3`,
    OS_USERNAME: account.username,
    OS_PASSWORD: account.password,
    OS_PROJECT_NAME: account.project,
    OS_USER_DOMAIN_NAME: 'Default',
    OS_PROJECT_DOMAIN_NAME: 'Default',
    OS_IDENTITY_API_VERSION: '3',
    OS_REGION_NAME: 'RegionOne',
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: rootCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: rootCredentials.secretAccessKey,
    DOCTOR_API_URL: outputs?.ApiUrl,
    DOCTOR_NOTIFICATIONS_TOPIC_ARN: outputs?.NotificationsTopicArn,
    DOCTOR_NOTIFICATIONS_TOPIC_ARNS: outputs?.NotificationsTopicArns,
    DOCTOR_GROUPS_TOPIC_ARN: outputs?.GroupsTopicArn,
    DOCTOR_GROUPS_TOPIC_ARNS: outputs?.GroupsTopicArns,
    DOCTOR_EVENTS_TOPIC_ARN: outputs?.EventsTopicArn,
    DOCTOR_REPORT_QUEUE_URL: outputs?.ReportQueueUrl,
  };
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}='${value}'`);
  writeWhole(file(who), `${lines.join('\n')}\n`, 0o600);
}

/**
 * The account in one of the files that `makeAccounts` wrote. `folder` names the state directory of
 * another stack.
 */
export function readAccount(who: 'admin' | Tenant, folder?: string): Account {
  const text = readFileSync(file(who, folder), 'utf8');
  const value = (name: string) => new RegExp(`^export ${name}='(.*)'$`, 'm').exec(text)?.[1] ?? '';
  return {
    username: value('OS_USERNAME'),
    password: value('OS_PASSWORD'),
    project: value('OS_PROJECT_NAME'),
  };
}

export const accountsExist = (): boolean =>
  (['admin', ...tenants] as const).every((who) => existsSync(file(who)));

const Login = z.object({ username: z.string(), password: z.string() });

/** The tenant's password from the first deployment of the stack, or a new one. */
const passwordOf = (name: Tenant): string =>
  existsSync(file(name)) ? readAccount(name).password : randomBytes(18).toString('hex');

/**
 * Creates the tenants by the API, and writes a file for each of them and for the admin, which a
 * shell can source.
 */
export async function makeAccounts(stack: Required<StackState>): Promise<void> {
  const { endpoint, outputs } = stack;
  const secrets = new SecretsManagerClient({ endpoint, region, credentials: rootCredentials });
  const SecretId = outputs.AdminSecretArn;
  const { SecretString = '{}' } = await secrets.send(new GetSecretValueCommand({ SecretId }));
  const { username, password } = Login.parse(JSON.parse(SecretString));
  const account = { username, password, project: 'admin' };
  const admin = await login(outputs.ApiUrl ?? '', account);
  for (const name of tenants) {
    const tenant = { username: name, password: passwordOf(name), project: name };
    await admin.expect('PUT', `/doctor/v1/users/${name}`, {
      body: { password: tenant.password, projects: [{ name, roles: ['member'] }] },
    });
    write(name, tenant, stack);
  }
  write('admin', account, stack);
}

export function removeAccounts(): void {
  for (const who of ['admin', ...tenants] as const) rmSync(file(who), { force: true });
}
