/** A page of notifications. All that are kept are read: few, because only hosts that fail send any. */
import type { ReceivedNotification } from '../../../domain/conditions/received-notification.ts';
import type { NotificationQuery } from './list-query.ts';
import { afterMarker } from './markers.ts';

/** The newest notifications that a list looks at. */
export const mostNotificationsRead = 10_000;

/** The page of `kept` that the query asks for. @throws DomainError `invalid` for an unknown marker. */
export function pageOfNotifications(
  kept: readonly ReceivedNotification[],
  query: NotificationQuery,
): readonly ReceivedNotification[] {
  const { status, type, source_host_uuid, since, limit, marker } = query;
  const is = (wanted: string | undefined, field: string): boolean =>
    wanted === undefined || wanted === field;
  const listed = kept
    .filter(
      (each) =>
        is(status, each.status) &&
        is(type, each.type) &&
        is(source_host_uuid, each.source_host_uuid) &&
        (since === undefined || each.generated_time >= since),
    )
    .sort(orderOf(query));
  return afterMarker(listed, ({ notification_uuid }) => notification_uuid, marker).slice(0, limit);
}

type Order = (a: ReceivedNotification, b: ReceivedNotification) => number;

const orderOf =
  ({ sort }: Pick<NotificationQuery, 'sort'>): Order =>
  (a, b) => {
    for (const { key, descending } of [...sort, last]) {
      // Notifications are never updated.
      const field = key === 'updated_at' ? 'created_at' : key;
      if (a[field] !== b[field]) return a[field] < b[field] === descending ? 1 : -1;
    }
    return 0;
  };

/** Decides between notifications that are otherwise equal, so that pages do not overlap. */
const last = { key: 'notification_uuid', descending: true } as const;
