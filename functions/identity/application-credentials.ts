/**
 * `/v3/users/{user_id}/application_credentials`: only the user creates them; the user and
 * administrators read and delete them. Source: keystone `api/users.py`,
 * `common/policies/application_credential.py`.
 */
import * as z from 'zod';
import { ignored } from '../../adapters/http/readers.ts';
import { type Route, type RouteRequest, route } from '../../adapters/http/route.ts';
import { DomainError } from '../../domain/errors.ts';
import { isAdmin, projectOf } from '../../domain/identity/access.ts';
import type { StoredCredential } from '../../domain/identity/application-credential.ts';
import { credentialRoles } from '../../domain/identity/credential-grant.ts';
import type { Account } from '../../domain/identity/identity.ts';
import { CredentialInput, endOf, roleNames, rulesOf } from './credential-input.ts';
import { credentialView } from './credential-view.ts';
import { listLinks } from './directory-view.ts';

type Owner = { readonly user_id: string; readonly incarnation: string };

export type CredentialDeps = {
  /** The account with an id; undefined if there is none. */
  readonly account: (id: string) => Promise<Account | undefined>;
  /** All credentials of a user's incarnation, by name. */
  readonly credentialsOf: (owner: Owner) => Promise<readonly StoredCredential[]>;
  /** Stores a credential; false if its user has one of that name. */
  readonly addCredential: (credential: StoredCredential) => Promise<boolean>;
  /** Deletes a credential, and ends its tokens; false if it no longer exists. */
  readonly removeCredential: (credential: StoredCredential) => Promise<boolean>;
  /** Makes a secret that cannot be guessed. */
  readonly newSecret: () => string;
  readonly hashGenerated: (secret: string) => string;
  readonly hashGiven: (secret: string) => Promise<string>;
  /** Makes an id of 32 hex digits. */
  readonly newCredentialId: () => string;
  /** The most credentials that a user may have; -1 for no limit. */
  readonly credentialsPerUser: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
};

type CredentialRequest = RouteRequest<unknown, unknown>;

const refused = (action: string) =>
  new DomainError(
    'forbidden',
    `You are not authorized to perform the requested action: identity:${action}.`,
  );

/**
 * The user in the path.
 * @throws DomainError `forbidden` unless the caller is that user or, unless `alone`, an administrator.
 */
export async function ownerOf(
  { account }: Pick<CredentialDeps, 'account'>,
  { params, caller }: CredentialRequest,
  { action, alone = false }: { readonly action: string; readonly alone?: boolean },
): Promise<Owner> {
  const { user_id = '' } = params;
  if (caller.user_id !== user_id && (alone || !isAdmin(caller))) throw refused(action);
  const found = await account(user_id);
  if (!found) throw new DomainError('not_found', `Could not find user: ${user_id.slice(0, 255)}.`);
  return { user_id, incarnation: found.incarnation };
}

/** @throws DomainError `forbidden` for the token of a restricted credential. */
function requireUnrestricted({ caller }: CredentialRequest): void {
  if (!caller.credential?.restricted) return;
  throw new DomainError(
    'forbidden',
    'Using method application_credential is not allowed for managing additional application credentials.',
  );
}

const path = '/v3/users/:user_id/application_credentials';

const Filters = z.object({ name: z.array(z.string()).optional() });

export function credentialRoutes(deps: CredentialDeps): Route[] {
  const named = async (request: CredentialRequest, action: string): Promise<StoredCredential> => {
    const { id = '' } = request.params;
    const all = await deps.credentialsOf(await ownerOf(deps, request, { action }));
    const found = all.find((credential) => credential.id === id);
    if (found) return found;
    throw new DomainError(
      'not_found',
      `Could not find Application Credential: ${id.slice(0, 255)}.`,
    );
  };

  return [
    route({
      method: 'GET',
      path,
      query: Filters,
      body: ignored,
      handle: async (request) => {
        const action = 'list_application_credentials';
        const all = await deps.credentialsOf(await ownerOf(deps, request, { action }));
        const [name] = request.args.name ?? [];
        const shown = all.filter((each) => name === undefined || each.name === name);
        const application_credentials = shown.map((each) => credentialView(each, request.base));
        return { status: 200, body: { application_credentials, links: listLinks(request) } };
      },
    }),
    route({
      method: 'POST',
      path,
      query: ignored,
      body: CredentialInput,
      handle: (request) => create(deps, request),
    }),
    route({
      method: 'GET',
      path: `${path}/:id`,
      query: ignored,
      body: ignored,
      handle: async (request) => {
        const credential = await named(request, 'get_application_credential');
        const application_credential = credentialView(credential, request.base);
        return { status: 200, body: { application_credential } };
      },
    }),
    route({
      method: 'DELETE',
      path: `${path}/:id`,
      query: ignored,
      body: ignored,
      handle: async (request) => {
        const credential = await named(request, 'delete_application_credential');
        requireUnrestricted(request);
        await deps.removeCredential(credential);
        return { status: 204 };
      },
    }),
  ];
}

async function create(deps: CredentialDeps, request: RouteRequest<CredentialInput, undefined>) {
  const { body, caller, base } = request;
  const owner = await ownerOf(deps, request, {
    action: 'create_application_credential',
    alone: true,
  });
  requireUnrestricted(request);
  const project = { id: projectOf(caller), name: caller.project_name ?? '' };
  const ends_at = endOf(body, Math.floor(deps.now() / 1000));
  const roles = [...credentialRoles(roleNames(body), caller.roles)];
  const existing = await deps.credentialsOf(owner);
  requireRoom(existing.length, deps.credentialsPerUser);
  const known = existing.flatMap((each) => each.access_rules ?? []);
  const access_rules = rulesOf(body, owner.user_id, known);
  const { secret: given, name, description = null, unrestricted } = body;
  const secret = given ?? deps.newSecret();
  const credential: StoredCredential = {
    id: deps.newCredentialId(),
    ...owner,
    name,
    description,
    project,
    roles,
    unrestricted: unrestricted ?? false,
    ...(access_rules && { access_rules }),
    ...(ends_at !== undefined && { ends_at }),
    secret_hash: given ? await deps.hashGiven(given) : deps.hashGenerated(secret),
  };
  if (!(await deps.addCredential(credential))) {
    throw new DomainError(
      'conflict',
      `Conflict occurred attempting to store application_credential - Duplicate entry found with name ${name}.`,
    );
  }
  const application_credential = { ...credentialView(credential, base), secret };
  return { status: 201, body: { application_credential } };
}

function requireRoom(count: number, limit: number): void {
  if (limit < 0 || count < limit) return;
  throw new DomainError(
    'forbidden',
    `Unable to create additional application credentials, maximum of ${limit} already exceeded for user.`,
  );
}
