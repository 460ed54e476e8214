import { Logger } from '@aws-lambda-powertools/logger';
import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DomainError } from '../domain/errors.ts';
import { keyReadingSeconds } from '../domain/identity/signing-keys.ts';

/** How long a value is used before it is read again: a rotated secret is in use everywhere after this. */
const lifeMs = keyReadingSeconds * 1000;

type CacheOptions = {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Called when the value could not be read again, and the old one is kept. */
  readonly onStale: (error: unknown) => void;
};

/**
 * A value that is read at the first call, and read again once it is older than its life or than
 * `maxAgeMs`. If a later read fails, the old value stays.
 * @throws the error of the first read.
 */
export function cached<T>(
  read: () => Promise<T>,
  { now, onStale }: CacheOptions,
): (maxAgeMs?: number) => Promise<T> {
  let known: { value: T; readAt: number } | undefined;
  return async (maxAgeMs = lifeMs) => {
    if (known && now() < known.readAt + maxAgeMs) return known.value;
    const old = known;
    const value = await read().catch((error: unknown) => {
      if (!old) throw error;
      onStale(error);
      return old.value;
    });
    known = { value, readAt: now() };
    return value;
  };
}

const logger = new Logger();

/** The text of a secret in Secrets Manager: one call per cold start, then one in five minutes. */
export const secretText = (
  client: SecretsManagerClient,
  arn: string,
): ((maxAgeMs?: number) => Promise<string>) =>
  cached(
    async () => {
      const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
      if (!SecretString) throw new DomainError('internal', `secret ${arn} holds no text`);
      return SecretString;
    },
    {
      now: Date.now,
      onStale: (error) => logger.warn('secret cannot be read again', { arn, error }),
    },
  );
