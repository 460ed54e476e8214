/** The credential of a monitor, created as the how-to pages say. */
import { randomBytes, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import * as z from 'zod';
import { login } from '../../stack/api.ts';
import type { World } from '../program.ts';

/** An application credential. Its secret is also in a file. */
export type MonitorCredential = {
  readonly id: string;
  readonly secret: string;
  readonly secretFile: string;
};

const Token = z.object({ token: z.object({ user: z.object({ id: z.string() }) }) });
const Made = z.object({ application_credential: z.object({ id: z.string(), secret: z.string() }) });

/** Creates a user with the role `monitor`, and an application credential of this user. */
export async function monitorCredential(
  { admin, stack }: World,
  secretFile: string,
): Promise<MonitorCredential> {
  const username = `monitor-${randomUUID().slice(0, 8)}`;
  const password = randomBytes(18).toString('hex');
  const projects = [{ name: 'service', roles: ['monitor'] }];
  await admin.expect('PUT', `/doctor/v1/users/${username}`, { body: { password, projects } });
  const account = { username, password, project: 'service' };
  const monitor = await login(stack.outputs.ApiUrl ?? '', account);
  const headers = { 'x-subject-token': monitor.token };
  const shown = await monitor.expect('GET', '/identity/v3/auth/tokens', { headers });
  const { id: user } = Token.parse(shown.body).token.user;
  const { body } = await monitor.expect(
    'POST',
    `/identity/v3/users/${user}/application_credentials`,
    { body: { application_credential: { name: 'monitor' } } },
  );
  const { id, secret } = Made.parse(body).application_credential;
  writeFileSync(secretFile, secret, { mode: 0o600 });
  return { id, secret, secretFile };
}
