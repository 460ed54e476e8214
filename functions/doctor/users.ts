import * as z from 'zod';
import { ignored, parsed, type Route, route } from '../../adapters/http/route.ts';
import { DomainError } from '../../domain/errors.ts';
import { roles } from '../../domain/identity/access.ts';
import {
  type Account,
  accountOf,
  admin,
  IdentityName,
  type User,
} from '../../domain/identity/identity.ts';
import { nameId } from '../../domain/ids.ts';

export type Deps = {
  /** The account with an id; undefined if there is none. */
  readonly account: (id: string) => Promise<Account | undefined>;
  /** Writes a user, whoever was there under that id before. */
  readonly putUser: (user: User) => Promise<'created' | 'replaced'>;
  readonly hashPassword: (password: string) => Promise<string>;
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
});

/** `/doctor/v1/users/{name}`: who may log in, and as what in which projects. Admins only. */
export const userRoutes = ({ account, putUser, hashPassword }: Deps): Route[] => [
  route({
    method: 'GET',
    path: '/v1/users/:name',
    roles: ['admin'],
    query: ignored,
    body: ignored,
    handle: async ({ params }) => {
      const name = parsed(IdentityName, params.name, 'name');
      const found = await account(nameId('user', name));
      if (!found) throw new DomainError('not_found', `User ${name} could not be found.`);
      return { status: 200, body: found };
    },
  }),
  route({
    method: 'PUT',
    path: '/v1/users/:name',
    roles: ['admin'],
    query: ignored,
    body: Registration,
    handle: async ({ params, body: { password, projects } }) => {
      const name = parsed(IdentityName, params.name, 'name');
      if (name === admin.name) {
        throw new DomainError('conflict', `User ${name} is the deployment's own.`);
      }
      const registered = accountOf(name, projects);
      const outcome = await putUser({
        ...registered,
        password_hash: await hashPassword(password),
      });
      return { status: outcome === 'created' ? 201 : 200, body: registered };
    },
  }),
];
