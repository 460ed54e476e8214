/**
 * Users and projects, for clients that look them up by name or id before their main call. An
 * administrator sees all; other callers see their own user and project.
 * Source of the rights: keystone `common/policies/project.py`, `user.py`.
 */

import { ignored } from '../../adapters/http/readers.ts';
import type { Route } from '../../adapters/http/route.ts';
import { listLinks, projectView, userView } from './directory-view.ts';
import { catalog } from './documents.ts';
import { domainAndRoleRoutes } from './domain-and-role-lookups.ts';
import { accountFinders, type LookupDeps } from './find-accounts.ts';
import {
  forbiddenAction,
  keystoneList,
  LookupFilters,
  lookupNotFound,
  lookupRoute,
  seesAllUsers,
} from './lookup-requests.ts';

/** The routes. */
export function lookupRoutes(deps: LookupDeps): Route[] {
  const { projectById, projects, users, projectsOf } = accountFinders(deps);
  return [
    lookupRoute('/v3/projects', LookupFilters, async (request) => {
      const { args, caller } = request;
      const isOwn = args.name !== undefined && args.name === caller.project_name;
      if (!seesAllUsers(caller) && !isOwn) throw forbiddenAction('list_projects');
      return keystoneList(request, 'projects', await projects(args), projectView);
    }),
    lookupRoute('/v3/projects/:id', ignored, async ({ params: { id = '' }, caller, base }) => {
      if (!seesAllUsers(caller) && caller.project_id !== id) throw forbiddenAction('get_project');
      const project = await projectById(id);
      if (!project) throw lookupNotFound('project', id);
      return { status: 200, body: { project: projectView(project, base) } };
    }),
    lookupRoute('/v3/users', LookupFilters, async (request) => {
      const { args, caller } = request;
      if (!seesAllUsers(caller) && args.name !== caller.user_name)
        throw forbiddenAction('list_users');
      return keystoneList(request, 'users', await users(args), userView);
    }),
    lookupRoute('/v3/users/:id', ignored, async ({ params: { id = '' }, caller, base }) => {
      if (!seesAllUsers(caller) && caller.user_id !== id) throw forbiddenAction('get_user');
      const user = await deps.account(id);
      if (!user) throw lookupNotFound('user', id);
      return { status: 200, body: { user: userView(user, base) } };
    }),
    lookupRoute('/v3/users/:id/projects', ignored, async (request) => {
      const { params, caller } = request;
      const { id = '' } = params;
      if (!seesAllUsers(caller) && caller.user_id !== id)
        throw forbiddenAction('list_user_projects');
      return keystoneList(request, 'projects', await projectsOf(id), projectView);
    }),
    lookupRoute('/v3/auth/projects', ignored, async (request) =>
      keystoneList(request, 'projects', await projectsOf(request.caller.user_id), projectView),
    ),
    lookupRoute('/v3/auth/catalog', ignored, async (request) => ({
      status: 200,
      body: { catalog: catalog(request.root, deps.region), links: listLinks(request) },
    })),
    ...domainAndRoleRoutes,
  ];
}
