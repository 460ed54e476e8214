/**
 * The body of `POST /v3/auth/tokens`, parsed as Keystone does. A malformed body is a 400; the login
 * refuses unknown users, projects and methods.
 * Source: keystone `auth/schema.py`, `auth/plugins/core.py`, `auth/core.py`.
 */
import * as z from 'zod';
import type { CredentialReference } from '../../domain/identity/application-credential.ts';
import type { Scope } from '../../domain/identity/identity.ts';
import { nameId } from '../../domain/ids.ts';

const Text = z.string().max(255);

const DomainReference = z
  .object({ id: Text.optional(), name: Text.optional() })
  .refine(({ id, name }) => id || name, 'id or name must be present.');

/** A user or project by id, or by name and domain. If both are given, the name counts. */
const Reference = z
  .object({ id: Text.optional(), name: Text.optional(), domain: DomainReference.optional() })
  .refine(({ id, name }) => id || name, 'id or name must be present.')
  .refine(({ name, domain }) => !name || domain, {
    path: ['domain'],
    message: 'A name needs its domain.',
  });

/** Keystone's databases ignore the case of names, and clients often write `default`. */
const isDefaultDomain = ({ id, name }: z.infer<typeof DomainReference>): boolean =>
  name ? name.toLowerCase() === 'default' : id === 'default';

/** The id of a referenced user or project; undefined for another domain than `Default`. */
function idOf(
  kind: 'user' | 'project',
  { id, name, domain }: z.infer<typeof Reference>,
): string | undefined {
  if (!name) return id;
  return domain && isDefaultDomain(domain) ? nameId(kind, name) : undefined;
}

const ScopeKinds = z
  .object({
    project: Reference.optional(),
    domain: DomainReference.optional(),
    system: z.object({}).optional(),
    'OS-TRUST:trust': z.object({}).optional(),
    unscoped: z.unknown().optional(),
  })
  .refine(
    (kinds) => Object.keys(kinds).length === 1,
    'Exactly one of project, domain, system, OS-TRUST:trust and unscoped must be given.',
  );

/** `"unscoped"` and `{"unscoped": {}}` mean the same. */
const ScopeForm = z.preprocess(
  (scope) => (scope === 'unscoped' ? { unscoped: {} } : scope),
  ScopeKinds,
);

function scopeOf(form: z.infer<typeof ScopeKinds> | undefined): Scope {
  if (!form) return { kind: 'default' };
  if ('unscoped' in form) return { kind: 'unscoped' };
  const id = form.project && idOf('project', form.project);
  return id === undefined ? { kind: 'foreign' } : { kind: 'project', id };
}

const supported = ['password', 'token', 'application_credential'] as const;
/** The supported methods, as Keystone lists them in a 401. */
export const supportedMethods: readonly string[] = supported;

const PasswordMethod = z.object({
  user: z.intersection(Reference, z.object({ password: z.string().max(4096) })),
});
/** The limit is longer than Doctor's tokens, so a token of another service is a 401 and not a 400. */
const TokenMethod = z.object({ id: z.string().max(8192) });

/** By id, or by name and user; a name without its user is a 400. */
const CredentialMethod = z
  .object({
    id: Text.optional(),
    name: Text.optional(),
    user: Reference.optional(),
    secret: z.string().max(4096),
  })
  .refine(({ id, name }) => id || name, 'id or name must be present.')
  .refine(({ id, user }) => id || user, { path: ['user'], message: 'A name needs its user.' });

const Identity = z
  .object({
    methods: z.array(z.string().max(64)).max(16),
    password: PasswordMethod.optional(),
    token: TokenMethod.optional(),
    application_credential: CredentialMethod.optional(),
  })
  .superRefine(({ methods, ...payloads }, context) => {
    for (const method of supported) {
      if (!methods.includes(method) || payloads[method]) continue;
      context.addIssue({ code: 'custom', path: [method], message: 'Must be present.' });
    }
  });

/** How a login proves its user. */
export type Proof =
  /** The user id is undefined for another domain than `Default`. */
  | { readonly method: 'password'; readonly user_id: string | undefined; readonly password: string }
  | { readonly method: 'token'; readonly token: string }
  | {
      readonly method: 'application_credential';
      readonly reference: CredentialReference;
      readonly secret: string;
    }
  | { readonly method: 'unsupported' };

function proofOf(identity: z.infer<typeof Identity>): Proof {
  const { methods, password, token, application_credential } = identity;
  const [method, ...others] = new Set(methods);
  if (others.length === 0 && method === 'password' && password) {
    const { user } = password;
    return { method, user_id: idOf('user', user), password: user.password };
  }
  if (others.length === 0 && method === 'token' && token) return { method, token: token.id };
  if (others.length === 0 && method === 'application_credential' && application_credential) {
    const { id, name = '', user, secret } = application_credential;
    const reference = id ? { id } : { user_id: user && idOf('user', user), name };
    return { method, reference, secret };
  }
  return { method: 'unsupported' };
}

/** The query of a login or a validation: any value of `nocatalog` leaves the catalogue out. */
export const TokenQuery = z
  .object({ nocatalog: z.unknown().optional() })
  .transform(({ nocatalog }) => ({ withCatalog: nocatalog === undefined }));
export type TokenQuery = z.infer<typeof TokenQuery>;

const Login = z
  .object({ auth: z.object({ identity: Identity, scope: ScopeForm.optional() }) })
  .transform(({ auth: { identity, scope } }) => ({
    proof: proofOf(identity),
    scope: scopeOf(scope),
  }));

/** A login: a proof and a scope. No body and `null` count as an empty object. */
export const AuthRequest = z.preprocess((json) => json ?? {}, Login);
