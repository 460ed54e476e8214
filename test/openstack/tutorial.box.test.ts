/** The commands of the tutorial that need a cloud, in order, in one shell. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { readCloudSecret } from '../../adapters/cloud/cloud-secret.ts';
import { makeCloudSession } from '../../adapters/cloud/session.ts';
import { type Cloud, openrcOf } from '../../scripts/openstack/cloud-account.ts';
import { keystoneLogin, type MadeUser, makeUser } from '../../scripts/openstack/keystone.ts';
import { blocksOf } from '../docs/blocks.ts';
import { openShell, type Shell } from '../docs/shell.ts';
import { admin } from './cloud.ts';

const home = mkdtempSync(join(tmpdir(), 'doctor-tutorial-'));
const blocks = blocksOf('docs/tutorial/beside-openstack.md').filter(
  ({ notRun }) => notRun === 'needs an OpenStack cloud',
);
let shell: Shell;
let member: MadeUser;

function openrc(name: string, cloud: Cloud): void {
  const lines = Object.entries(openrcOf(cloud)).map(([key, value]) => `export ${key}='${value}'`);
  writeFileSync(join(home, name), `${lines.join('\n')}\n`, { mode: 0o600 });
}

/** Deletes the service user of the tutorial. */
async function removeServiceUser(): Promise<void> {
  const { call } = await keystoneLogin(admin());
  const { body } = await call('GET', '/users?name=doctor');
  const { users } = z.object({ users: z.array(z.object({ id: z.string() })) }).parse(body);
  for (const { id } of users) await call('DELETE', `/users/${id}`);
}

beforeAll(async () => {
  await removeServiceUser();
  member = await makeUser(admin(), 'member', 'member');
  openrc('admin-openrc', admin());
  openrc('member-openrc', member.cloud);
  shell = openShell();
  await shell.run('source .doctor/openrc');
});
afterAll(async () => {
  shell.close();
  rmSync(home, { recursive: true });
  await member.remove();
  await removeServiceUser();
});

test('there are commands to run', () => {
  expect(blocks.length).toBeGreaterThan(3);
});

/** A command that uses the files of this test, and another secret than that of the run. */
const here = (text: string): string =>
  text
    .replaceAll(/(admin|member)-openrc|doctor-rules\.json/g, (name) => join(home, name))
    .replaceAll('doctor/cloud', 'doctor/tutorial');

test.each(blocks)('line $line works', async ({ text }) => {
  await shell.run(here(text));
});

test('Doctor can log in with the secret that the tutorial creates', async () => {
  const text = await shell.run(
    'aws secretsmanager get-secret-value --secret-id doctor/tutorial --query SecretString --output text',
  );
  const session = makeCloudSession({ secret: async () => readCloudSecret(text) });
  expect(await session.endpoint('compute')).toMatch(/^http/);
});
