/** Queries of Masakari's lists. Source: masakari `api/openstack/{common,ha/notifications}.py`. */
import * as z from 'zod';
import type { Query } from '../../../adapters/http/query.ts';
import { DomainError } from '../../../domain/errors.ts';
import { parseMoment } from '../../../domain/time.ts';

/** Masakari's largest page, and the length of a page without a limit. */
export const mostListed = 1000;

/** The page that a query asks for. */
export type ListPage = {
  readonly limit: number;
  /** The id of the last item of the page before; undefined for the first page. */
  readonly marker: string | undefined;
};

/** The last value of each key of a query, by name. Keys that are not known are ignored, as in Masakari. */
const lastOf = (query: Query, name: string): string | undefined => query[name]?.at(-1);

/** The page that a query asks for. @throws DomainError `invalid` for a limit that is no number. */
export function listPage(query: Query): ListPage {
  const limit = lastOf(query, 'limit');
  if (limit !== undefined && !/^\d{1,9}$/.test(limit)) {
    throw new DomainError('invalid', 'limit must be an integer of at least 0.');
  }
  return {
    limit: Math.min(Number(limit ?? mostListed), mostListed),
    marker: lastOf(query, 'marker'),
  };
}

/** The fields by which notifications can be sorted. */
const SortKey = z.enum([
  'created_at',
  'updated_at',
  'generated_time',
  'type',
  'status',
  'source_host_uuid',
  'notification_uuid',
]);

export type NotificationQuery = ListPage & {
  readonly status: string | undefined;
  readonly type: string | undefined;
  readonly source_host_uuid: string | undefined;
  /** A moment; earlier notifications are left out. */
  readonly since: string | undefined;
  /** Which field decides first, and in which direction. */
  readonly sort: readonly { readonly key: z.infer<typeof SortKey>; readonly descending: boolean }[];
};

/** The query of a list of notifications, newest first if it names no order. */
export function notificationQuery(query: Query): NotificationQuery {
  const since = lastOf(query, 'generated-since');
  const moment = since === undefined ? undefined : parseMoment(since.slice(0, 64));
  if (since !== undefined && moment === undefined) {
    throw new DomainError('invalid', 'Invalid generated-since value');
  }
  const directions = query.sort_dir ?? [];
  return {
    ...listPage(query),
    status: lastOf(query, 'status'),
    type: lastOf(query, 'type'),
    source_host_uuid: lastOf(query, 'source_host_uuid')?.toLowerCase(),
    since: moment,
    sort: (query.sort_key ?? ['created_at']).map((name, n) => ({
      key: sortKey(name.trim()),
      descending: directionOf(directions[n] ?? directions.at(-1) ?? 'desc') === 'desc',
    })),
  };
}

function sortKey(name: string): z.infer<typeof SortKey> {
  const key = SortKey.safeParse(name);
  if (key.success) return key.data;
  throw new DomainError('invalid', `Sort key supplied is invalid: ${name.slice(0, 100)}`);
}

function directionOf(text: string): 'asc' | 'desc' {
  const direction = text.trim().toLowerCase();
  if (direction === 'asc' || direction === 'desc') return direction;
  throw new DomainError('invalid', `Unknown sort direction: ${text.slice(0, 100)}`);
}
