/** What the bodies of ports and networks have in common: wrapper, project, known attributes. */

import { Dictionary } from '../../domain/json.ts';
import { badRequest, shown } from './neutron.ts';

/** The caller who creates a port, as far as the checks of the body need it. */
export type Maker = {
  readonly project_id: string | undefined;
  /** Whether it is an administrator or a service: it may give ids, and other projects. */
  readonly manages: boolean;
};

/** The largest number of ports in one request. */
export const mostPorts = 100;

/** The object in a body; an absent or null body is an empty one. */
export function bodyOf(json: unknown): Dictionary {
  const body = Dictionary.safeParse(json ?? {});
  if (body.success) return body.data;
  throw badRequest('Body contains invalid data');
}

/** The object under the key `key`, which must be the only key. @throws HTTPBadRequest */
export function unwrapped(body: Dictionary, key: string): Dictionary {
  if (body[key] === undefined || body[key] === null) {
    throw badRequest(`Unable to find '${key}' in request body`);
  }
  const object = Dictionary.safeParse(body[key]);
  requireKnown(body, new Map([[key, true]]));
  if (object.success) return object.data;
  throw badRequest(`Object '${key}' contains invalid data`);
}

/** The items of a bulk request, each by itself or in a wrapper of its own. */
export function bulkOf(body: Dictionary, key: string): Dictionary[] {
  const list = body[`${key}s`];
  requireKnown(body, new Map([[`${key}s`, true]]));
  if (!Array.isArray(list)) throw badRequest('Body contains invalid data');
  if (list.length === 0) throw badRequest('Resources required');
  if (list.length > mostPorts) {
    throw badRequest(`At most ${mostPorts} ${key}s may be created at once`);
  }
  return list.map((item: unknown) => {
    const object = Dictionary.safeParse(item);
    return unwrapped(object.success && key in object.data ? object.data : { [key]: item }, key);
  });
}

/** The refusal of a body without a required attribute. */
export const missing = (attribute: string) =>
  badRequest(`Failed to parse request. Required attribute '${attribute}' not specified`);

/** Checks that `project_id` and its old name do not differ. @throws HTTPBadRequest */
export function requireOneProject({ project_id, tenant_id }: Dictionary): void {
  if (project_id === undefined || tenant_id === undefined || project_id === tenant_id) return;
  throw badRequest("'project_id' and 'tenant_id' do not match");
}

/** Checks that a caller who does not manage ports gives its own project. @throws HTTPBadRequest */
export function requireOwnProject(given: Dictionary, { project_id, manages }: Maker): void {
  const named = given.project_id ?? given.tenant_id;
  if (manages || named === undefined || named === project_id) return;
  throw badRequest(
    "Specifying 'project_id' other than the authenticated project in request is not allowed for the current user.",
  );
}

/** @throws HTTPBadRequest for attributes that are not known. */
export function requireKnown(given: Dictionary, known: ReadonlyMap<string, unknown>): void {
  const unknown = Object.keys(given).filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw badRequest(`Unrecognized attribute(s) '${shown(unknown.join(', '))}'`);
  }
}
