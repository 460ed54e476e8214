/** Users are registered, changed and deleted by administrators. */
import { type DomainError, noSuch } from '../domain/errors.ts';
import {
  type Account,
  accountOf,
  type Membership,
  type Project,
  type User,
} from '../domain/identity/identity.ts';
import { changedAccount } from '../domain/identity/user-change.ts';
import { nameId } from '../domain/ids.ts';
import { untilWritten } from './retry.ts';

export type RegisterUserDeps = {
  readonly users: {
    /** The user with an id, read consistently; undefined if there is none. */
    readonly get: (id: string) => Promise<User | undefined>;
    /** Writes a user; false if it is no longer as it was read. */
    readonly change: (change: {
      readonly before: User | undefined;
      readonly after: User;
      readonly endsTokens: boolean;
    }) => Promise<boolean>;
    /** Deletes a user with its tokens and credentials; false if it is no longer as it was read. */
    readonly remove: (user: User) => Promise<boolean>;
  };
  /** Creates the projects that do not exist yet. */
  readonly makeProjects: (projects: readonly Project[]) => Promise<void>;
  readonly hashPassword: (password: string) => Promise<string>;
  readonly isPassword: (password: string, hash: string | undefined) => Promise<boolean>;
  readonly newId: () => string;
};

/** A requested user. */
export type UserRegistration = {
  readonly password: string;
  /** By name; the first is the default project. */
  readonly projects: readonly Omit<Membership, 'id'>[];
  /** Absent: as it was; true for a new user. */
  readonly enabled?: boolean | undefined;
};

/** How often a change is tried: each try may hash a password, which is slow on purpose. */
const mostTries = 4;

/**
 * Creates the user with a name, or changes it.
 * @returns the account as it is now, and whether it is new. @throws conflict after too many
 * changes by others at once.
 */
export async function registerUser(
  deps: RegisterUserDeps,
  name: string,
  { password, projects, enabled }: UserRegistration,
): Promise<{ readonly account: Account; readonly created: boolean }> {
  const requested = accountOf(name, projects);
  const { id, projects: memberships } = requested;
  const wanted = {
    id,
    name,
    projects: memberships,
    ...(enabled !== undefined && { enabled }),
  };
  // Before the user: a project without users does no harm if this process dies here.
  await deps.makeProjects(memberships.map((project) => ({ id: project.id, name: project.name })));
  return untilWritten(async () => {
    const before = await deps.users.get(id);
    const samePassword =
      before !== undefined && (await deps.isPassword(password, before.password_hash));
    const change = changedAccount({ before, wanted, samePassword, newId: deps.newId });
    if (!change) return { account: before ?? requested, created: false };
    const password_hash =
      before && samePassword ? before.password_hash : await deps.hashPassword(password);
    const { account, endsTokens } = change;
    const after = { ...account, password_hash };
    const written = await deps.users.change({ before, after, endsTokens });
    return written ? { account, created: !before } : undefined;
  }, mostTries);
}

/** Deletes the user with a name. @throws not_found; conflict as `registerUser`. */
export async function deleteUser(
  { users }: Pick<RegisterUserDeps, 'users'>,
  name: string,
): Promise<void> {
  await untilWritten(async () => {
    const found = await users.get(nameId('user', name));
    if (!found) throw userNotFound(name);
    return (await users.remove(found)) || undefined;
  }, mostTries);
}

/** The refusal of the name of a user who does not exist. */
export const userNotFound = (name: string): DomainError => noSuch('User', name);
