/**
 * Users, their projects, and the grants of logins. There is one domain, Keystone's `Default`. Ids are
 * derived from names, so a user or project is read by its key in either case.
 */
import * as z from 'zod';
import { DomainError } from '../errors.ts';
import { nameId } from '../ids.ts';
import { type Caller, roles, withImpliedRoles } from './access.ts';

/** The name of a user or project. It is valid in a path and in HTTP Basic, and fits into a token. */
export const IdentityName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}$/,
    'Must be 1 to 64 of a-z, A-Z, 0-9, ., _, @, + and -, the first of them a letter or digit.',
  );

export const Project = z.object({ id: z.string(), name: z.string() });
export type Project = z.infer<typeof Project>;

/** A project and the roles that a user has in it, without implied roles. */
export const Membership = Project.extend({ roles: z.array(z.enum(roles)) });
export type Membership = z.infer<typeof Membership>;

/** A user who can log in, unless disabled. The first project is the default project. */
export const Account = z.object({
  id: z.string(),
  name: z.string(),
  projects: z.array(Membership),
  enabled: z.boolean().default(true),
  /** Changes whenever the user's tokens end: with a new password, and when the user loses a role. */
  generation: z.string().default(''),
  /** Changes when the user is created or disabled. An application credential has one incarnation. */
  incarnation: z.string().default(''),
});
export type Account = z.infer<typeof Account>;

/** The row of a user. */
export const User = Account.extend({
  password_hash: z.string(),
  /** Raised by each change. Missing in rows written before this field existed. */
  revision: z.int().optional(),
});
export type User = z.infer<typeof User>;

/** The account of a user by its name and the names of its projects. */
export const accountOf = (name: string, projects: readonly Omit<Membership, 'id'>[]): Account => ({
  id: nameId('user', name),
  name,
  projects: projects.map((project) => ({ id: nameId('project', project.name), ...project })),
  enabled: true,
  generation: '',
  incarnation: '',
});

/** The deployment's administrator. It has no row; its password is a secret of the deployment. */
export const admin: Account = accountOf('admin', [{ name: 'admin', roles: ['admin'] }]);

/** What a token says. Times are whole seconds since 1970, as in the token itself. */
export type Grant = {
  readonly audit_id: string;
  /** The audit id of the first token of a chain of rescoped tokens; absent in the first token. */
  readonly parent_audit_id?: string;
  /** Keystone's names of the methods by which the user logged in. */
  readonly methods: readonly string[];
  readonly user: { readonly id: string; readonly name: string };
  /** Absent in an unscoped token, which has no roles. */
  readonly project?: Project;
  /** Role names, implied ones included. */
  readonly roles: readonly string[];
  /** The user's generation at the login. */
  readonly generation: string;
  /** The id of the application credential of the login; absent for another method. */
  readonly credential_id?: string;
  readonly issued_at: number;
  readonly expires_at: number;
};

/** How long a token lives: Keystone's default. Clients renew one that has under 120 s left. */
export const tokenLifeSeconds = 3600;

/** The scope that a login requests. */
export type Scope =
  /** No scope was requested: the default project, if there is one. */
  | { readonly kind: 'default' }
  | { readonly kind: 'unscoped' }
  | { readonly kind: 'project'; readonly id: string }
  /** A domain, the system or a trust: no user has roles on these. */
  | { readonly kind: 'foreign' };

/**
 * One text for every reason, so that callers cannot find out which names exist.
 * Source: keystone `exception.py`.
 */
export const unauthenticatedText = 'The request you have made requires authentication.';
/** The refusal of a login or a token: a 401. */
export const unauthenticated = (): DomainError =>
  new DomainError('unauthenticated', unauthenticatedText);

/**
 * The membership that a scope names; undefined for an unscoped token.
 * @throws DomainError `unauthenticated` if the user has no role there.
 */
export function membershipIn({ projects }: Account, scope: Scope): Membership | undefined {
  switch (scope.kind) {
    case 'default':
      return projects[0];
    case 'unscoped':
      return undefined;
    case 'project': {
      const found = projects.find(({ id }) => id === scope.id);
      if (!found || found.roles.length === 0) throw unauthenticated();
      return found;
    }
    case 'foreign':
      throw unauthenticated();
  }
}

type Login = {
  readonly account: Account;
  readonly scope: Scope;
  readonly audit_id: string;
  /** Whole seconds since 1970. */
  readonly now: number;
  /** The grant of the token that was sent instead of a password. */
  readonly from?: Grant;
};

/**
 * The grant of a login. A token made from another token ends when that one ends, and names the first
 * token of its chain, so rescoping does not extend a login. Source: keystone `auth/plugins/token.py`.
 * @throws DomainError `unauthenticated`.
 */
export function grantFor({ account, scope, audit_id, now, from }: Login): Grant {
  if (!account.enabled) throw unauthenticated();
  if (from?.credential_id !== undefined) return sameAgain(from, { scope, audit_id, now });
  const membership = membershipIn(account, scope);
  const chain = from && { parent_audit_id: from.parent_audit_id ?? from.audit_id };
  return {
    audit_id,
    ...chain,
    methods: from ? [...new Set(['token', ...from.methods])] : ['password'],
    user: { id: account.id, name: account.name },
    ...(membership && { project: { id: membership.id, name: membership.name } }),
    roles: withImpliedRoles(membership?.roles ?? []),
    generation: from?.generation ?? account.generation,
    issued_at: now,
    expires_at: from?.expires_at ?? now + tokenLifeSeconds,
  };
}

/**
 * The grant of a token that is made from a token of an application credential: the same project and
 * roles. Source: keystone `auth/plugins/token.py`.
 * @throws DomainError `forbidden` if a scope is requested.
 */
function sameAgain(from: Grant, { scope, audit_id, now }: Omit<Login, 'account' | 'from'>): Grant {
  if (scope.kind !== 'default') {
    throw new DomainError(
      'forbidden',
      'Using an application credential token to create a scoped token is not allowed.',
    );
  }
  return {
    ...from,
    audit_id,
    parent_audit_id: from.parent_audit_id ?? from.audit_id,
    methods: [...new Set(['token', ...from.methods])],
    issued_at: now,
  };
}

/** The caller of a request whose token has this grant. */
export const callerOf = ({
  user,
  project,
  roles,
  credential,
}: Grant & { readonly credential?: { readonly unrestricted: boolean } }): Caller => ({
  user_id: user.id,
  user_name: user.name,
  ...(project && { project_id: project.id, project_name: project.name }),
  roles,
  ...(credential && { credential: { restricted: !credential.unrestricted } }),
});
