/** The queries of `GET /doctor/v1/conditions` and `GET /doctor/v1/unmatched`; an unknown key is refused. */
import * as z from 'zod';
import { limitUpTo, marker, once } from '../../adapters/http/query-fields.ts';
import { conditionStates } from '../../domain/conditions/condition.ts';
import { type ConditionTarget, conditionEffects } from '../../domain/conditions/observation.ts';
import { SourceName } from '../../domain/conditions/source.ts';
import { HostName } from '../../domain/hosts/host.ts';
import { text } from '../../domain/text.ts';
import type { ConditionFilter } from './condition-list.ts';

/** The largest page, and the size of a page without `limit`. */
const maxPage = 100;

/** An id of a port or a server, in any form that a monitor may send. */
const Id = text(255).min(1);

/** The filters and the page of a list of conditions. */
export const ConditionQuery = z
  .strictObject({
    source: once(SourceName),
    host: once(HostName),
    port_id: once(Id),
    server_id: once(Id),
    state: once(z.enum(conditionStates)),
    effect: once(z.enum(conditionEffects)),
    marker,
    limit: limitUpTo(maxPage),
  })
  .refine(
    ({ host, port_id, server_id }) =>
      [host, port_id, server_id].filter((each) => each !== undefined).length <= 1,
    'Only one of host, port_id and server_id may be given.',
  )
  .transform(
    ({ host, port_id, server_id, limit = maxPage, ...rest }): ConditionFilter => ({
      ...rest,
      limit,
      target: targetOf(host, port_id, server_id),
    }),
  );

function targetOf(
  host: string | undefined,
  port_id: string | undefined,
  server_id: string | undefined,
): ConditionTarget | undefined {
  if (host !== undefined) return { kind: 'host', host };
  if (port_id !== undefined) return { kind: 'port', port_id };
  return server_id === undefined ? undefined : { kind: 'server', server_id };
}

/** The filter and the page of a list of items that matched nothing. */
export const UnmatchedQuery = z
  .strictObject({ source: once(SourceName), marker: once(text(100)), limit: limitUpTo(maxPage) })
  .transform(({ limit = maxPage, ...rest }) => ({ ...rest, limit }));
