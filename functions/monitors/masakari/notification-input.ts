/**
 * The body of `POST /v1/notifications`, as masakari-monitors send it. docs/wire/instance-ha.md#notifications.
 * Source: masakari `api/openstack/ha/schemas/{notifications,payload}.py`.
 */
import * as z from 'zod';
import { HostName } from '../../../domain/hosts/host.ts';
import { text } from '../../../domain/text.ts';
import { parseMoment } from '../../../domain/time.ts';

/** The types of a notification. */
export const notificationTypes = ['COMPUTE_HOST', 'VM', 'PROCESS'] as const;

const EventType = z.enum(['STARTED', 'STOPPED']);

const GeneratedTime = z
  .string()
  .max(64)
  .refine(
    (given) => parseMoment(given) !== undefined,
    'Must be a time such as 2026-01-01T00:00:00.',
  );

const facts = { hostname: HostName, generated_time: GeneratedTime };

const HostNotification = z.strictObject({
  type: z.literal('COMPUTE_HOST'),
  ...facts,
  payload: z.strictObject({
    event: EventType,
    cluster_status: z.enum(['ONLINE', 'OFFLINE']).optional(),
    host_status: z.enum(['NORMAL', 'UNKNOWN']).optional(),
  }),
});

const ProcessNotification = z.strictObject({
  type: z.literal('PROCESS'),
  ...facts,
  payload: z.strictObject({ event: EventType, process_name: text(4096).min(1) }),
});

const VmNotification = z.strictObject({
  type: z.literal('VM'),
  ...facts,
  payload: z.strictObject({
    event: text(255).min(1),
    instance_uuid: z.guid().toLowerCase(),
    vir_domain_event: text(255).min(1),
  }),
});

/** A notification, as it was sent. `generated_time` is UTC without a zone, in any precision. */
export const HaNotification = z.discriminatedUnion(
  'type',
  [HostNotification, ProcessNotification, VmNotification],
  `Must be one of ${notificationTypes.join(', ')}.`,
);
export type HaNotification = z.infer<typeof HaNotification>;

/** The whole body. Unknown keys are refused, as in Masakari. */
export const NotificationBody = z
  .strictObject({ notification: HaNotification })
  .transform(({ notification }) => notification);
