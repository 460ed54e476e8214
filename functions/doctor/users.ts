import * as z from 'zod';
import { parsed } from '../../adapters/http/parsed.ts';
import { ignored } from '../../adapters/http/readers.ts';
import { type Route, route } from '../../adapters/http/route.ts';
import { DomainError } from '../../domain/errors.ts';
import { may, roles } from '../../domain/identity/access.ts';
import { type Account, admin, IdentityName } from '../../domain/identity/identity.ts';
import { nameId } from '../../domain/ids.ts';
import {
  deleteUser,
  type RegisterUserDeps,
  registerUser,
  userNotFound,
} from '../../flows/register-user.ts';

export type UserDeps = RegisterUserDeps & {
  /** The account with an id; undefined if there is none. */
  readonly account: (id: string) => Promise<Account | undefined>;
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
  /** False: the user cannot log in, and its tokens and credentials end. Absent: as it was. */
  enabled: z.boolean().optional(),
});

const view = ({ id, name, projects, enabled }: Account) => ({ id, name, projects, enabled });

/**
 * `/doctor/v1/users/{name}`: which users may log in, and with which roles in which projects. For
 * administrators only.
 */
export const userRoutes = (deps: UserDeps): Route[] => [
  route({
    method: 'GET',
    path: '/v1/users/:name',
    roles: may.registerUsers,
    query: ignored,
    body: ignored,
    handle: async ({ params }) => {
      const name = parsed(IdentityName, params.name, 'name');
      const found = await deps.account(nameId('user', name));
      if (!found) throw userNotFound(name);
      return { status: 200, body: view(found) };
    },
  }),
  route({
    method: 'PUT',
    path: '/v1/users/:name',
    roles: may.registerUsers,
    query: ignored,
    body: Registration,
    handle: async ({ params, body }) => {
      const { account, created } = await registerUser(deps, changeable(params.name), body);
      return { status: created ? 201 : 200, body: view(account) };
    },
  }),
  route({
    method: 'DELETE',
    path: '/v1/users/:name',
    roles: may.registerUsers,
    query: ignored,
    body: ignored,
    handle: async ({ params }) => {
      await deleteUser(deps, changeable(params.name));
      return { status: 204 };
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
