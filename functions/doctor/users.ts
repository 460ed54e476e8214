import * as z from 'zod';
import { ignored, parsed, type Route, route } from '../../adapters/http/route.ts';
import { DomainError } from '../../domain/errors.ts';
import { may, roles } from '../../domain/identity/access.ts';
import {
  type Account,
  accountOf,
  admin,
  IdentityName,
  type Project,
  type User,
} from '../../domain/identity/identity.ts';
import { changedAccount } from '../../domain/identity/user-change.ts';
import { nameId } from '../../domain/ids.ts';

export type Deps = {
  /** The account with an id; undefined if there is none. */
  readonly account: (id: string) => Promise<Account | undefined>;
  readonly users: {
    readonly get: (id: string) => Promise<User | undefined>;
    /** Writes a user; false if somebody else has changed the row that was read. */
    readonly change: (change: {
      readonly before: User | undefined;
      readonly after: User;
      readonly endsTokens: boolean;
    }) => Promise<boolean>;
    /** Deletes a user, tokens and credentials included; false if the row has changed. */
    readonly remove: (user: User) => Promise<boolean>;
  };
  /** Makes projects that are not there yet. */
  readonly makeProjects: (projects: readonly Project[]) => Promise<void>;
  readonly hashPassword: (password: string) => Promise<string>;
  readonly isPassword: (password: string, hash: string | undefined) => Promise<boolean>;
  readonly newId: () => string;
};

const Roles = z
  .array(z.enum(roles))
  .min(1)
  .max(roles.length)
  .transform((given) => [...new Set(given)]);

const Registration = z.strictObject({
  password: z.string().min(8).max(128),
  /** The first is the user's default project. */
  projects: z
    .array(z.strictObject({ name: IdentityName, roles: Roles }))
    .max(50)
    .refine(
      (projects) => new Set(projects.map(({ name }) => name)).size === projects.length,
      'A project may be named once only.',
    ),
  /** False: nobody can log in as the user, whose tokens and credentials end. Absent: as it was. */
  enabled: z.boolean().optional(),
});
type Registration = z.infer<typeof Registration>;

/** How often a change is tried anew when somebody else changes the same user. */
const tries = 4;

const view = ({ id, name, projects, enabled }: Account) => ({ id, name, projects, enabled });

const notFound = (name: string) => new DomainError('not_found', `User ${name} could not be found.`);

const contended = (name: string) =>
  new DomainError('conflict', `User ${name} is being changed by somebody else; try again.`);

/** `/doctor/v1/users/{name}`: who may log in, and as what in which projects. Admins only. */
export const userRoutes = (deps: Deps): Route[] => [
  route({
    method: 'GET',
    path: '/v1/users/:name',
    roles: may.registerUsers,
    query: ignored,
    body: ignored,
    handle: async ({ params }) => {
      const name = parsed(IdentityName, params.name, 'name');
      const found = await deps.account(nameId('user', name));
      if (!found) throw notFound(name);
      return { status: 200, body: view(found) };
    },
  }),
  route({
    method: 'PUT',
    path: '/v1/users/:name',
    roles: may.registerUsers,
    query: ignored,
    body: Registration,
    handle: async ({ params, body }) => register(deps, changeable(params.name), body),
  }),
  route({
    method: 'DELETE',
    path: '/v1/users/:name',
    roles: may.registerUsers,
    query: ignored,
    body: ignored,
    handle: async ({ params }) => {
      const name = changeable(params.name);
      for (let n = 0; n < tries; n++) {
        const found = await deps.users.get(nameId('user', name));
        if (!found) throw notFound(name);
        if (await deps.users.remove(found)) return { status: 204 };
      }
      throw contended(name);
    },
  }),
];

/** The name in the path; 409 for the deployment's own administrator. */
function changeable(given: string | undefined): string {
  const name = parsed(IdentityName, given, 'name');
  if (name === admin.name)
    throw new DomainError('conflict', `User ${name} is the deployment's own.`);
  return name;
}

async function register(deps: Deps, name: string, registration: Registration) {
  const { password, projects, enabled } = registration;
  const { id, projects: memberships } = accountOf(name, projects);
  const wanted = {
    ...{ id, name, projects: memberships },
    ...(enabled !== undefined && { enabled }),
  };
  // Before the user: a project that nobody is in harms nobody.
  await deps.makeProjects(memberships.map((project) => ({ id: project.id, name: project.name })));
  for (let n = 0; n < tries; n++) {
    const before = await deps.users.get(id);
    const samePassword =
      before !== undefined && (await deps.isPassword(password, before.password_hash));
    const change = changedAccount({ before, wanted, samePassword, newId: deps.newId });
    if (!change) return { status: 200, body: view(before ?? accountOf(name, projects)) };
    const password_hash =
      before && samePassword ? before.password_hash : await deps.hashPassword(password);
    const { account, endsTokens } = change;
    const written = await deps.users.change({
      before,
      after: { ...account, password_hash },
      endsTokens,
    });
    if (written) return { status: before ? 200 : 201, body: view(account) };
  }
  throw contended(name);
}
