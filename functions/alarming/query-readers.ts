/** How routes read their query, where they share it. */

import type { Query } from '../../adapters/http/query.ts';
import type { AuthenticRequest } from '../../adapters/http/request.ts';
import { requireAlarmRole } from '../../domain/alarms/alarm-owner.ts';
import type { Caller } from '../../domain/identity/access.ts';
import { onlyArguments } from './list-request.ts';

/**
 * The query of a route without arguments.
 * @throws DomainError `invalid`, in Aodh's words, for any argument.
 */
export const noArguments = (query: Query): void => onlyArguments(Object.keys(query), []);

/**
 * Reads the query of a list. Aodh checks the role before it looks at the query.
 * @throws DomainError `forbidden` without the role `reader`; what `read` throws.
 */
export const forReaders =
  <T>(read: (query: Query, caller: Caller) => T) =>
  (query: Query, { caller }: AuthenticRequest): T => {
    requireAlarmRole(caller, 'reader');
    return read(query, caller);
  };
