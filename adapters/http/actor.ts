import type { Actor } from '../../domain/change.ts';
import type { Reporter } from '../../domain/hosts/service-update.ts';
import type { Caller } from '../../domain/identity/access.ts';
import type { AuthenticRequest } from './request.ts';

/** The caller and the request, as the rows that the request changes record them. */
export const actorOf = (
  { caller, request_id }: Pick<AuthenticRequest, 'caller' | 'request_id'>,
  at: string,
): Actor => ({
  user_id: caller.user_id,
  request_id,
  at,
});

/** The caller who reports a fault, as the audit records it. */
export const reporterOf = ({ user_id, user_name, project_id = '' }: Caller): Reporter => ({
  user_id,
  user_name,
  project_id,
});
