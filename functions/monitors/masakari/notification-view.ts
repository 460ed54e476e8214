/** A notification as Masakari shows it. docs/wire/instance-ha.md#notifications. */

import { microseconds } from '../../../dialects/openstack-times.ts';
import type { ReceivedNotification } from '../../../domain/conditions/received-notification.ts';
import { numberOf } from './markers.ts';

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
