/** What the lookups have in common: filters, rights, refusals, lists. */

import * as z from 'zod';
import { fitting } from '../../adapters/http/answer-size.ts';
import type { Query } from '../../adapters/http/query.ts';
import { ignored, type Reader } from '../../adapters/http/readers.ts';
import type { ApiResponse, AuthenticRequest } from '../../adapters/http/request.ts';
import { type Route, type RouteRequest, route } from '../../adapters/http/route.ts';
import { DomainError } from '../../domain/errors.ts';
import { type Caller, hasRole, may } from '../../domain/identity/access.ts';
import { listLinks } from './directory-view.ts';

const first = z
  .array(z.string())
  .optional()
  .transform((values) => values?.[0]);

/** The filters of lookups, each the first value of its key. Other filters are ignored, as in Keystone. */
export const LookupFilters = z.object({
  name: first,
  domain_id: first,
  enabled: first,
  is_domain: first,
});

/** The filters of a lookup; undefined for those that are not given. */
export type LookupFilters = z.infer<typeof LookupFilters>;

/** Keystone's 403 for an action, such as `list_users`. */
export const forbiddenAction = (action: string) =>
  new DomainError(
    'forbidden',
    `You are not authorized to perform the requested action: identity:${action}.`,
  );

/** Keystone's 404 for an id. */
export const lookupNotFound = (kind: string, id: string) =>
  new DomainError('not_found', `Could not find ${kind}: ${id.slice(0, 255)}.`);

/** Whether the caller may see all users and projects. */
export const seesAllUsers = (caller: Caller): boolean =>
  hasRole(caller, ...may.lookUpUsersAndProjects);

/** Whether the filters match the one domain. */
export const isDefaultDomain = ({ domain_id }: LookupFilters): boolean =>
  !domain_id || domain_id === 'default';

/** A truth value of a query: false only for `0` and `false`, as in Keystone. */
export const queryTruth = (text: string | undefined): boolean | undefined =>
  text === undefined ? undefined : !/^(0|false)$/i.test(text);

type Lookup<Args> = RouteRequest<undefined, Args>;

/** A route that only reads. */
export function lookupRoute<Args>(
  path: string,
  query: Reader<Query, AuthenticRequest, Args>,
  handle: (request: Lookup<Args>) => Promise<ApiResponse>,
): Route {
  return route({ method: 'GET', path, query, body: ignored, handle });
}

/** A list in Keystone's envelope. `truncated` says that it was cut to the size of an answer. */
export function keystoneList<T>(
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
