/** The routes of domains and roles. */

import { ignored } from '../../adapters/http/readers.ts';
import type { Route } from '../../adapters/http/route.ts';
import { roles } from '../../domain/identity/access.ts';
import { nameId } from '../../domain/ids.ts';
import { domainView, roleView } from './directory-view.ts';
import {
  forbiddenAction,
  isDefaultDomain,
  keystoneList,
  LookupFilters,
  lookupNotFound,
  lookupRoute,
  seesAllUsers,
} from './lookup-requests.ts';

/** The routes of domains and roles. There is one domain, and the roles are fixed. */
export const domainAndRoleRoutes: readonly Route[] = [
  lookupRoute('/v3/domains', LookupFilters, async (request) => {
    const { name } = request.args;
    const shown = !name || name.toLowerCase() === 'default' ? [undefined] : [];
    return keystoneList(request, 'domains', shown, (_, base) => domainView(base));
  }),
  lookupRoute('/v3/domains/:id', ignored, async ({ params: { id = '' }, base }) => {
    if (id !== 'default') throw lookupNotFound('domain', id);
    return { status: 200, body: { domain: domainView(base) } };
  }),
  lookupRoute('/v3/roles', LookupFilters, async (request) => {
    const { args, caller } = request;
    if (!seesAllUsers(caller)) throw forbiddenAction('list_roles');
    const shown = isDefaultDomain(args) ? rolesNamed(args.name) : [];
    return keystoneList(request, 'roles', shown, roleView);
  }),
  lookupRoute('/v3/roles/:id', ignored, async ({ params: { id = '' }, caller, base }) => {
    if (!seesAllUsers(caller)) throw forbiddenAction('get_role');
    const role = roles.find((name) => nameId('role', name) === id);
    if (!role) throw lookupNotFound('role', id);
    return { status: 200, body: { role: roleView(role, base) } };
  }),
];

const rolesNamed = (name: string | undefined): readonly string[] =>
  roles.filter((role) => name === undefined || role === name);
