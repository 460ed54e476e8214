/** What a registration changes in a user's account, and whether it ends the user's tokens. */
import type { Account, Membership, User } from './identity.ts';

/** Whether a user keeps every role of the projects before in the projects after. */
const keepsRoles = (before: readonly Membership[], after: readonly Membership[]): boolean =>
  before.every(({ id, roles }) => {
    const kept = after.find((project) => project.id === id)?.roles ?? [];
    return roles.every((role) => kept.includes(role));
  });

const sameProjects = (a: readonly Membership[], b: readonly Membership[]): boolean =>
  JSON.stringify(a.map(({ id, roles }) => [id, roles])) ===
  JSON.stringify(b.map(({ id, roles }) => [id, roles]));

type Registration = {
  /** The user's row; undefined if there is none. */
  readonly before: User | undefined;
  /** The requested account. Undefined for `enabled` keeps its value. */
  readonly wanted: Pick<Account, 'id' | 'name' | 'projects'> & { readonly enabled?: boolean };
  readonly samePassword: boolean;
  /** Makes a new id. */
  readonly newId: () => string;
};

/**
 * The account after a registration; undefined if nothing changes. `endsTokens` is true if the user is
 * created, gets another password, loses a role or is disabled. A disabled user loses its application
 * credentials, as in Keystone.
 */
export function changedAccount({
  before,
  wanted,
  samePassword,
  newId,
}: Registration): { readonly account: Account; readonly endsTokens: boolean } | undefined {
  const { id, name, projects } = wanted;
  const enabled = wanted.enabled ?? before?.enabled ?? true;
  if (!before) {
    const account = { id, name, projects, enabled, generation: newId(), incarnation: newId() };
    return { account, endsTokens: true };
  }
  const disabled = before.enabled && !enabled;
  const endsTokens = disabled || !samePassword || !keepsRoles(before.projects, projects);
  const changes =
    endsTokens || before.enabled !== enabled || !sameProjects(before.projects, projects);
  if (!changes) return undefined;
  const generation = endsTokens ? newId() : before.generation;
  const incarnation = disabled ? newId() : before.incarnation;
  return { account: { id, name, projects, enabled, generation, incarnation }, endsTokens };
}
