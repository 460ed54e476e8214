/** Rotates the secret of the signing keys, for the command line; functions only read the secret. */
import { randomBytes } from 'node:crypto';
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import {
  type KeyRing,
  keyRingText,
  readKeyRing,
  replaced,
  rotated,
  type SigningKey,
} from '../../domain/identity/signing-keys.ts';

type Rotation = {
  /** Whole seconds since 1970. */
  readonly now: number;
  /** Whether an old key has leaked: then no old key verifies any longer, and all tokens end. */
  readonly compromised: boolean;
};

/**
 * Adds a new key to the secret. It adds none while the last new key does not sign yet.
 * @returns the newest key; `made` is false if no key was added.
 */
export async function rotateSigningKey(
  client: SecretsManagerClient,
  arn: string,
  { now, compromised }: Rotation,
): Promise<{ readonly made: boolean; readonly newest: SigningKey }> {
  const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
  const ring = readKeyRing(SecretString);
  const pending = ring.find(({ signs_from }) => signs_from > now);
  if (pending && !compromised) return { made: false, newest: pending };
  const key = { kid: randomBytes(6).toString('hex'), key: randomBytes(48).toString('base64url') };
  const after: KeyRing = compromised ? replaced(key) : rotated(ring, key, now);
  const put = { SecretId: arn, SecretString: keyRingText(after) };
  await client.send(new PutSecretValueCommand(put));
  return { made: true, newest: after.at(-1) ?? after[0] };
}
