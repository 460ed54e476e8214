import { Logger } from '@aws-lambda-powertools/logger';
import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DomainError } from '../domain/errors.ts';
import { keyReadingSeconds } from '../domain/identity/signing-keys.ts';

/** How long a value is believed: a rotated secret is in use everywhere after this. */
const lifeMs = keyReadingSeconds * 1000;

type Watch = {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Told when the old value is kept because it could not be read again. */
  readonly onStale: (error: unknown) => void;
};

/**
 * A value read when it is first asked for, and again when it is older than its life, or than whoever
 * asks allows. Where the first reading fails, so does whoever asked; where a later one fails, the old
 * value stays.
 */
export function cached<T>(
  read: () => Promise<T>,
  { now, onStale }: Watch,
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
