import { DomainError } from '../../domain/errors.ts';
import type { Caller } from '../../domain/identity/access.ts';

/**
 * `/v2.1/{project_id}/servers` and `/v2.1/servers` are the same route at every microversion. A
 * segment that is not the token's project is refused, even an administrator's.
 * Source: nova `api/openstack/__init__.py`, `ProjectMapper`.
 */
export function withoutProject(path: string, caller: Caller): string {
  const found = /^\/v2\.1\/([0-9a-f-]+)(\/.+)$/.exec(path);
  const [, segment, rest] = found ?? [];
  if (segment === undefined) return path;
  if (segment !== caller.project_id) {
    throw new DomainError('invalid', 'Malformed request URL: the project_id is not the token’s.');
  }
  return `/v2.1${rest}`;
}
