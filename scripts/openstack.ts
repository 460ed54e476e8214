import './openstack-state.ts';
import { mkdirSync } from 'node:fs';
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { startBox } from './openstack/box.ts';
import { boxOf, type Cloud, cloudOf } from './openstack/cloud-account.ts';
import {
  keystoneLogin,
  makeCredential,
  makeUser,
  requireNoDoctor,
  unregister,
} from './openstack/keystone.ts';
import { region, rootCredentials } from './stack/ministack.ts';
import { run, step } from './stack/progress.ts';
import { stateDir } from './stack/state.ts';
import { withStack } from './stack/with-stack.ts';
import { makeParts } from './test-parts.ts';

// `npm run test:openstack`: tests Doctor beside a real OpenStack cloud, on an embedded stack that
// the script starts and stops itself. Arguments are names of test files. Last line: `N passed, N
// failed`.

/**
 * Creates Doctor's service user in the cloud, and writes its credential into the secret
 * `doctor/cloud`.
 */
async function connectCloud(cloud: Cloud, endpoint: string): Promise<() => Promise<void>> {
  const { cloud: service, remove } = await makeUser(cloud, 'service', 'admin');
  const { id, secret } = await makeCredential(await keystoneLogin(service), 'doctor');
  const client = new SecretsManagerClient({ endpoint, region, credentials: rootCredentials });
  const SecretString = JSON.stringify({
    auth_url: cloud.auth.auth_url,
    application_credential_id: id,
    application_credential_secret: secret,
    region_name: cloud.region_name,
  });
  const Name = 'doctor/cloud';
  await client
    .send(new CreateSecretCommand({ Name, SecretString }))
    .catch(() => client.send(new PutSecretValueCommand({ SecretId: Name, SecretString })));
  return remove;
}

await run(async () => {
  const box = boxOf(process.env);
  const stopBox = box ? await step('Starting OpenStack', () => startBox(box)) : async () => {};
  try {
    const cloud = cloudOf(process.env);
    // In a test box, a run that was interrupted may have left it.
    if (!box) await requireNoDoctor(cloud);
    mkdirSync(stateDir, { recursive: true });
    const { vitest, stop } = makeParts(process.argv.slice(2));
    const count = await withStack(0, async ({ stack }, interruption) => {
      interruption.then(stop);
      const remove = await connectCloud(cloud, stack.endpoint);
      return vitest('openstack').finally(async () => {
        await unregister(cloud);
        await remove();
      });
    });
    const { passed, failed } = count ?? { passed: 0, failed: 1 };
    console.log(`\n${passed} passed, ${failed} failed`);
    return failed === 0 ? 0 : 1;
  } finally {
    await stopBox();
  }
});
