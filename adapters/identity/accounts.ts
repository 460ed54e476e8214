/** The accounts that can log in: the users of the table, and the deployment's administrator. */
import { createHash, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import { type Account, admin, type User } from '../../domain/identity/identity.ts';
import { isPassword } from './passwords.ts';

const AdminSecret = z.object({ password: z.string().min(1) });

export type Accounts = {
  /** The account with an id; undefined if there is none. */
  readonly get: (id: string) => Promise<Account | undefined>;
  /** The account with an id and a password; undefined if either is wrong, after the same time. */
  readonly withPassword: (id: string, password: string) => Promise<Account | undefined>;
};

/**
 * Accounts from the users' rows and the administrator's secret (`{"password": …}`, JSON). The secret
 * is random and long, so it needs no slow hash; and the name `admin` is public.
 * @param rounds of the hashes of passwords.
 */
export const makeAccounts = (
  user: (id: string) => Promise<User | undefined>,
  adminSecret: () => Promise<string>,
  rounds?: number,
): Accounts => ({
  get: async (id) => {
    if (id === admin.id) return admin;
    const found = await user(id);
    return found && accountIn(found);
  },
  withPassword: async (id, password) => {
    if (id === admin.id) {
      const secret = AdminSecret.parse(JSON.parse(await adminSecret()));
      return sameText(password, secret.password) ? admin : undefined;
    }
    const found = await user(id);
    const right = await isPassword(password, found?.password_hash, rounds);
    return right && found ? accountIn(found) : undefined;
  },
});

/** The user without the hash, which does not leave this file. */
const accountIn = ({ password_hash, revision, ...account }: User): Account => account;

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Compares two texts in a time that does not depend on how far or where they differ. */
const sameText = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));
