/**
 * Users and projects, for clients that look them up by name or id before their main call. An
 * administrator sees all; other callers see their own user and project.
 * Source of the rights: keystone `common/policies/project.py`, `user.py`.
 */
import * as z from 'zod';
import { fitting } from '../../adapters/http/answer-size.ts';
import type { Query } from '../../adapters/http/query.ts';
import type { ApiResponse, AuthenticRequest } from '../../adapters/http/request.ts';
import {
  ignored,
  type Reader,
  type Route,
  type RouteRequest,
  route,
} from '../../adapters/http/route.ts';
import { DomainError } from '../../domain/errors.ts';
import { type Caller, hasRole, may, roles } from '../../domain/identity/access.ts';
import { type Account, admin, type Project } from '../../domain/identity/identity.ts';
import { nameId } from '../../domain/ids.ts';
import { domainView, listLinks, projectView, roleView, userView } from './directory-view.ts';
import { catalog } from './documents.ts';

export type LookupDeps = {
  /** The account with an id; undefined if there is none. */
  readonly account: (id: string) => Promise<Account | undefined>;
  /** The project with an id; undefined if no user was ever registered in it. */
  readonly project: (id: string) => Promise<Project | undefined>;
  /** All projects and users of the tables, by name, without the deployment's own. */
  readonly projects: () => Promise<readonly Project[]>;
  readonly users: () => Promise<readonly Account[]>;
  readonly region: string;
};

const own = admin.projects.map(({ id, name }): Project => ({ id, name }));

const first = z
  .array(z.string())
  .optional()
  .transform((values) => values?.[0]);

/** Other filters are ignored, as in Keystone. */
const Filters = z.object({ name: first, domain_id: first, enabled: first, is_domain: first });
type Filters = z.infer<typeof Filters>;

const forbidden = (action: string) =>
  new DomainError(
    'forbidden',
    `You are not authorized to perform the requested action: identity:${action}.`,
  );

const notFound = (kind: string, id: string) =>
  new DomainError('not_found', `Could not find ${kind}: ${id.slice(0, 255)}.`);

const seesAll = (caller: Caller): boolean => hasRole(caller, ...may.lookUpUsersAndProjects);

const isDefaultDomain = ({ domain_id }: Filters): boolean => !domain_id || domain_id === 'default';
const truth = (text: string | undefined): boolean | undefined =>
  text === undefined ? undefined : !/^(0|false)$/i.test(text);

/** Finds users and projects, the deployment's own included. */
function finders(deps: LookupDeps) {
  const projectById = async (id: string): Promise<Project | undefined> =>
    own.find((project) => project.id === id) ?? deps.project(id);

  const projects = async (filters: Filters): Promise<readonly Project[]> => {
    if (!isDefaultDomain(filters) || truth(filters.enabled) === false || truth(filters.is_domain))
      return [];
    if (filters.name === undefined) return [...own, ...(await deps.projects())];
    const found = await projectById(nameId('project', filters.name));
    return found ? [found] : [];
  };

  const users = async (filters: Filters): Promise<readonly Account[]> => {
    if (!isDefaultDomain(filters)) return [];
    const { name } = filters;
    const byName = async () => [await deps.account(nameId('user', name ?? ''))];
    const found = name === undefined ? [admin, ...(await deps.users())] : await byName();
    const enabled = truth(filters.enabled);
    return found.flatMap((user) =>
      user && (enabled === undefined || user.enabled === enabled) ? [user] : [],
    );
  };

  /** The projects that a user has roles in. */
  const projectsOf = async (user_id: string): Promise<readonly Project[]> =>
    (await deps.account(user_id))?.projects ?? [];

  return { projectById, projects, users, projectsOf };
}

/** The routes. */
export function lookupRoutes(deps: LookupDeps): Route[] {
  const { projectById, projects, users, projectsOf } = finders(deps);
  return [
    get('/v3/projects', Filters, async (request) => {
      const { args, caller } = request;
      const isOwn = args.name !== undefined && args.name === caller.project_name;
      if (!seesAll(caller) && !isOwn) throw forbidden('list_projects');
      return listed(request, 'projects', await projects(args), projectView);
    }),
    get('/v3/projects/:id', ignored, async ({ params: { id = '' }, caller, base }) => {
      if (!seesAll(caller) && caller.project_id !== id) throw forbidden('get_project');
      const project = await projectById(id);
      if (!project) throw notFound('project', id);
      return { status: 200, body: { project: projectView(project, base) } };
    }),
    get('/v3/users', Filters, async (request) => {
      const { args, caller } = request;
      if (!seesAll(caller) && args.name !== caller.user_name) throw forbidden('list_users');
      return listed(request, 'users', await users(args), userView);
    }),
    get('/v3/users/:id', ignored, async ({ params: { id = '' }, caller, base }) => {
      if (!seesAll(caller) && caller.user_id !== id) throw forbidden('get_user');
      const user = await deps.account(id);
      if (!user) throw notFound('user', id);
      return { status: 200, body: { user: userView(user, base) } };
    }),
    get('/v3/users/:id/projects', ignored, async (request) => {
      const { params, caller } = request;
      const { id = '' } = params;
      if (!seesAll(caller) && caller.user_id !== id) throw forbidden('list_user_projects');
      return listed(request, 'projects', await projectsOf(id), projectView);
    }),
    get('/v3/auth/projects', ignored, async (request) =>
      listed(request, 'projects', await projectsOf(request.caller.user_id), projectView),
    ),
    get('/v3/auth/catalog', ignored, async (request) => ({
      status: 200,
      body: { catalog: catalog(request.root, deps.region), links: listLinks(request) },
    })),
    ...domainAndRoleRoutes,
  ];
}

/** The routes of domains and roles. There is one domain, and the roles are fixed. */
const domainAndRoleRoutes: readonly Route[] = [
  get('/v3/domains', Filters, async (request) => {
    const { name } = request.args;
    const shown = !name || name.toLowerCase() === 'default' ? [undefined] : [];
    return listed(request, 'domains', shown, (_, base) => domainView(base));
  }),
  get('/v3/domains/:id', ignored, async ({ params: { id = '' }, base }) => {
    if (id !== 'default') throw notFound('domain', id);
    return { status: 200, body: { domain: domainView(base) } };
  }),
  get('/v3/roles', Filters, async (request) => {
    const { args, caller } = request;
    if (!seesAll(caller)) throw forbidden('list_roles');
    const shown = isDefaultDomain(args) ? rolesNamed(args.name) : [];
    return listed(request, 'roles', shown, roleView);
  }),
  get('/v3/roles/:id', ignored, async ({ params: { id = '' }, caller, base }) => {
    if (!seesAll(caller)) throw forbidden('get_role');
    const role = roles.find((name) => nameId('role', name) === id);
    if (!role) throw notFound('role', id);
    return { status: 200, body: { role: roleView(role, base) } };
  }),
];

const rolesNamed = (name: string | undefined): readonly string[] =>
  roles.filter((role) => name === undefined || role === name);

type Lookup<Args> = RouteRequest<undefined, Args>;

function get<Args>(
  path: string,
  query: Reader<Query, AuthenticRequest, Args>,
  handle: (request: Lookup<Args>) => Promise<ApiResponse>,
): Route {
  return route({ method: 'GET', path, query, body: ignored, handle });
}

/** A list in Keystone's envelope. `truncated` says that it was cut to the size of an answer. */
function listed<T>(
  request: Pick<AuthenticRequest, 'base' | 'path'>,
  name: string,
  items: readonly T[],
  view: (item: T, base: string) => unknown,
): ApiResponse {
  const all = items.map((item) => view(item, request.base));
  const shown = fitting(all);
  const cut = shown.length < all.length && { truncated: true };
  return { status: 200, body: { [name]: shown, links: listLinks(request), ...cut } };
}
