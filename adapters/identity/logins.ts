/** Checks passwords and application credentials under the limits of failed attempts. */

import type {
  CredentialReference,
  StoredCredential,
} from '../../domain/identity/application-credential.ts';
import { attemptSource } from '../../domain/identity/attempts.ts';
import type { Account } from '../../domain/identity/identity.ts';
import type { Accounts } from './accounts.ts';
import type { Attempts } from './attempts.ts';
import type { CredentialStore } from './credentials.ts';
import { isSecret } from './secret-hashes.ts';

/** A credential with its user. */
export type CredentialLogin = { readonly account: Account; readonly credential: StoredCredential };

/**
 * The result is undefined for every failure, and after too many failed attempts. So a caller cannot
 * distinguish a locked user from a wrong password or an unknown user. Source: keystone `exception.py`,
 * where `AccountLocked` is an `Unauthorized`.
 */
export type Logins = {
  /** The account of a user id and a password. `address` is the IP address of the request. */
  readonly withPassword: (
    user_id: string | undefined,
    password: string,
    address: string,
  ) => Promise<Account | undefined>;
  /** A credential and its user. The domain checks whether the user still has its roles. */
  readonly withCredential: (
    reference: CredentialReference,
    secret: string,
    address: string,
  ) => Promise<CredentialLogin | undefined>;
};

/** The subject of attempts on an unknown user, so that they are limited too. */
const unknownUser = 'unknown';

const subjectOf = (reference: CredentialReference): string =>
  'id' in reference
    ? `credential#${reference.id}`
    : `credential#${reference.user_id ?? unknownUser}#${reference.name}`;

type LoginDeps = {
  readonly accounts: Accounts;
  readonly credentials: Pick<CredentialStore, 'byId' | 'byName'>;
  readonly attempts: Attempts;
  /** Of the hashes of secrets. */
  readonly rounds?: number;
};

export function makeLogins({ accounts, credentials, attempts, rounds }: LoginDeps): Logins {
  const limited = async <T>(
    subject: string,
    address: string,
    check: () => Promise<T | undefined>,
  ): Promise<T | undefined> => {
    const source = attemptSource(address);
    if (!(await attempts.begin(subject, source))) return undefined;
    const found = await check();
    if (found !== undefined) await attempts.succeed(subject, source);
    return found;
  };

  const find = async (reference: CredentialReference): Promise<StoredCredential | undefined> => {
    if ('id' in reference) return credentials.byId(reference.id);
    if (reference.user_id === undefined) return undefined;
    const owner = await accounts.get(reference.user_id);
    if (!owner) return undefined;
    const { id: user_id, incarnation } = owner;
    return credentials.byName({ user_id, incarnation }, reference.name);
  };

  return {
    withPassword: (user_id = unknownUser, password, address) =>
      limited(user_id, address, () => accounts.withPassword(user_id, password)),
    withCredential: (reference, secret, address) =>
      limited(subjectOf(reference), address, async () => {
        const credential = await find(reference);
        if (!(await isSecret(secret, credential?.secret_hash, rounds)) || !credential)
          return undefined;
        const account = await accounts.get(credential.user_id);
        return account && { account, credential };
      }),
  };
}
