import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DomainError } from '../domain/errors.ts';

/** How long a value is believed: a rotated secret is in use everywhere after this. */
const lifeMs = 5 * 60_000;

/** A value read when it is first asked for, and again when it is older than its life. */
export function cached<T>(read: () => Promise<T>, now: () => number = Date.now): () => Promise<T> {
  let known: { value: Promise<T>; until: number } | undefined;
  return () => {
    if (known && now() < known.until) return known.value;
    const value = read();
    const mine = { value, until: now() + lifeMs };
    known = mine;
    // A failure is its callers' to see, and is not remembered.
    value.catch(() => {
      if (known === mine) known = undefined;
    });
    return value;
  };
}

/** The text of a secret in Secrets Manager: one call per cold start, then one in five minutes. */
export const secretText = (client: SecretsManagerClient, arn: string): (() => Promise<string>) =>
  cached(async () => {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
    if (!SecretString) throw new DomainError('internal', `secret ${arn} holds no text`);
    return SecretString;
  });
