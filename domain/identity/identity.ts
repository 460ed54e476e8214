/**
 * Users, their projects, and what a login gives. There is one domain, Keystone's `Default`. Ids are
 * derived from names, so a user or project named either way is read by its key.
 */
import * as z from 'zod';
import { DomainError } from '../errors.ts';
import { nameId } from '../ids.ts';
import { type Caller, roles, withImpliedRoles } from './access.ts';

/** The name of a user or project: fit for a path, for HTTP Basic, and short enough for a token. */
export const IdentityName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}$/,
    'Must be 1 to 64 of a-z, A-Z, 0-9, ., _, @, + and -, the first of them a letter or digit.',
  );

export const Project = z.object({ id: z.string(), name: z.string() });
export type Project = z.infer<typeof Project>;

/** A project with the roles that somebody has there, implied ones not written out. */
export const Membership = Project.extend({ roles: z.array(z.enum(roles)) });
export type Membership = z.infer<typeof Membership>;

/** Somebody who can log in, unless disabled. The first project is the default one. */
export const Account = z.object({
  id: z.string(),
  name: z.string(),
  projects: z.array(Membership),
  enabled: z.boolean().default(true),
  /** Changes whenever the user's tokens end: with the password, and when a role is taken away. */
  generation: z.string().default(''),
  /** Changes when the user is made and disabled: application credentials are of one incarnation. */
  incarnation: z.string().default(''),
});
export type Account = z.infer<typeof Account>;

/** The row of a user. */
export const User = Account.extend({
  password_hash: z.string(),
  /** Raised by each change; absent in rows of before there were revisions. */
  revision: z.int().optional(),
});
export type User = z.infer<typeof User>;

/** The account of a user, with projects given by name. */
export const accountOf = (name: string, projects: readonly Omit<Membership, 'id'>[]): Account => ({
  id: nameId('user', name),
  name,
  projects: projects.map((project) => ({ id: nameId('project', project.name), ...project })),
  enabled: true,
  generation: '',
  incarnation: '',
});

/** The deployment's own administrator, who has no row: the password is a secret of the deployment. */
export const admin: Account = accountOf('admin', [{ name: 'admin', roles: ['admin'] }]);

/** What a token says. Times are whole seconds since 1970, as in the token itself. */
export type Grant = {
  readonly audit_id: string;
  /** Of the first token of a chain of rescoped ones; absent in the first. */
  readonly parent_audit_id?: string;
  /** Keystone's names of the ways in which the user proved who they are. */
  readonly methods: readonly string[];
  readonly user: { readonly id: string; readonly name: string };
  /** Absent in an unscoped token, which then has no roles. */
  readonly project?: Project;
  /** Role names, implied ones included. */
  readonly roles: readonly string[];
  /** The user's generation at the login. */
  readonly generation: string;
  /** Of the application credential that it was made with; absent if with none. */
  readonly credential_id?: string;
  readonly issued_at: number;
  readonly expires_at: number;
};

/** How long a token lives: Keystone's default. Clients renew one that has under 120 s left. */
export const tokenLifeSeconds = 3600;

/** What a login asks the token to be for. */
export type Scope =
  /** Nothing was asked: the default project, if there is one. */
  | { readonly kind: 'default' }
  | { readonly kind: 'unscoped' }
  | { readonly kind: 'project'; readonly id: string }
  /** A domain, the system, a trust: nobody has roles on these. */
  | { readonly kind: 'foreign' };

/** One text for whatever was wrong, so that nobody can probe names. Source: keystone `exception.py`. */
export const unauthenticatedText = 'The request you have made requires authentication.';
export const unauthenticated = (): DomainError =>
  new DomainError('unauthenticated', unauthenticatedText);

/** The membership that a scope names; undefined for an unscoped token. 401 without a role there. */
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
  /** The token that was shown instead of a password. */
  readonly from?: Grant;
};

/**
 * What a login gives. A token made from a token ends when that one does and names the first of its
 * chain, so that nobody stays logged in by rescoping. Source: keystone `auth/plugins/token.py`.
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
 * A token made from one of an application credential is for the same project and roles; 403 if a
 * scope is asked for. Source: keystone `auth/plugins/token.py`.
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

/** Whoever shows a token with this grant. */
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
