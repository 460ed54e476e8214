import { parseArgs } from 'node:util';
import { makeSecrets } from '../adapters/clients.ts';
import { rotateSigningKey } from '../adapters/identity/signing-keys.ts';
import { momentOf } from '../domain/time.ts';
import { run } from './stack/progress.ts';

const usage = `usage: npm run rotate-signing-key -- [--compromised] SECRET_ARN

Makes a new key for signing tokens. SECRET_ARN is the output SigningSecretArn of the stack.
--compromised: revoke all tokens of older keys at once; clients have to log in again.`;

// The account, region and endpoint are those of the environment.
await run(async () => {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { compromised: { type: 'boolean', default: false } },
  });
  const [arn, ...more] = positionals;
  if (!arn || more.length > 0) {
    console.error(usage);
    return 2;
  }
  const client = makeSecrets();
  const now = Math.floor(Date.now() / 1000);
  const { made, newest } = await rotateSigningKey(client, arn, { now, ...values });
  client.destroy();
  const from = newest.signs_from > now ? momentOf(newest.signs_from * 1000) : 'now on';
  const what = made ? 'made' : 'was made before';
  console.log(`key ${newest.kid} ${what}; it signs from ${from}`);
  return 0;
});
