/** Notifications of masakari-monitors as they are kept, so that operators can list them. */
import * as z from 'zod';
import { Moment } from '../time.ts';

/** The outcome of a notification: `finished` if it was applied, `ignored` if it changed nothing. */
export const notificationStatuses = ['finished', 'ignored'] as const;

/** One notification. It is written once, after its condition, and never changed. */
export const ReceivedNotification = z.object({
  notification_uuid: z.guid(),
  type: z.enum(['COMPUTE_HOST', 'VM', 'PROCESS']),
  /** The id of the host that the notification is about: its `hypervisor_id`. */
  source_host_uuid: z.guid(),
  generated_time: Moment,
  status: z.enum(notificationStatuses),
  payload: z.record(z.string(), z.string()),
  created_at: Moment,
});
export type ReceivedNotification = z.infer<typeof ReceivedNotification>;

/** For how long a notification is kept, in days. */
export const notificationDays = 30;
