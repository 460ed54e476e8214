import type { Actor } from '../../domain/change.ts';
import type { Reporter } from '../../domain/hosts/service-update.ts';
import type { Caller } from '../../domain/identity/access.ts';
import type { AuthenticRequest } from './request.ts';

/** Whoever sent the request, as the rows that it changes remember them. */
export const actorOf = ({ caller, request_id }: AuthenticRequest, at: string): Actor => ({
  user_id: caller.user_id,
  request_id,
  at,
});

/** Whoever reports a fault, as the audit remembers them. */
export const reporterOf = ({ user_id, user_name, project_id = '' }: Caller): Reporter => ({
  user_id,
  user_name,
  project_id,
});
