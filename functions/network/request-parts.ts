/** What the routes read of a request besides its values: ids, caller, wrapper. */

import * as z from 'zod';
import type { Actor } from '../../domain/change.ts';
import type { Caller } from '../../domain/identity/access.ts';
import { Dictionary } from '../../domain/json.ts';
import { manages } from '../../domain/ports/port-access.ts';
import { badRequest } from './neutron.ts';
import type { Maker } from './request-body.ts';

/** The caller who creates a resource, as far as the checks of a body need it. */
export const makerOf = (caller: Caller): Maker => ({
  project_id: caller.project_id,
  manages: manages(caller),
});

/** @throws HTTPBadRequest if a DELETE was sent with a body. */
export function requireNoBody(sent: boolean): void {
  if (sent) throw badRequest('Request body is not supported in DELETE.');
}

/** An id in a path, in lower case; undefined for a text that is not an id, such as a name. */
export const idOf = (text: string): string | undefined =>
  z.guid().safeParse(text).data?.toLowerCase();

/** The caller and the request of a change. */
export const actorAt = (
  { caller, request_id }: { readonly caller: Caller; readonly request_id: string },
  at: string,
): Actor => ({ user_id: caller.user_id, request_id, at });

/**
 * Whether a body has the object under its name. Neutron checks such a body before it looks for the
 * resource, and any other body after. Source: neutron `pecan_wsgi/hooks/body_validation.py`.
 */
export const isWrapped = (json: unknown, key: 'port' | 'network'): boolean => {
  const body = Dictionary.safeParse(json);
  return body.success && (key in body.data || `${key}s` in body.data);
};
