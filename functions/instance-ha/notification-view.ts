/** A notification as Masakari shows it. docs/wire/instance-ha.md#notifications. */
import type { ReceivedNotification } from '../../domain/conditions/received-notification.ts';
import { microseconds } from '../../domain/time.ts';

/** Masakari's number of a row: made of the id, because Doctor's rows have no numbers. */
const numberOf = (uuid: string): number => Number.parseInt(uuid.slice(0, 8), 16) >>> 1;

export const notificationView = (notification: ReceivedNotification) => {
  const { notification_uuid, type, source_host_uuid, status, payload } = notification;
  const created_at = microseconds(notification.created_at);
  return {
    id: numberOf(notification_uuid),
    notification_uuid,
    type,
    source_host_uuid,
    generated_time: microseconds(notification.generated_time),
    status,
    payload,
    created_at,
    updated_at: null,
    deleted: false,
    deleted_at: null,
  };
};
