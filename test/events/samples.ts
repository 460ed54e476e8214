/** The samples in `events/`, each with the schema that owns it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { MissedHeartbeatsMessage } from '../../domain/conditions/missed-heartbeats.ts';
import { GroupBody } from '../../domain/delivery/group-body.ts';
import { WebhookMessage } from '../../domain/delivery/webhook.ts';
import { DoctorEvent } from '../../domain/events/event.ts';
import {
  DeadLetter,
  EventMessage,
  FinishMessage,
  GroupMessage,
  Notification,
  TestMessage,
  TimeoutMessage,
} from '../../domain/events/messages.ts';
import { OutsideEvents } from '../../domain/events/outside-event.ts';
import { Host } from '../../domain/hosts/host.ts';
import { Notice } from '../../domain/hosts/maintenance.ts';
import { HostDataPlane } from '../../domain/ports/host-data-plane.ts';
import { Port } from '../../domain/ports/port.ts';
import { Instance } from '../../domain/servers/instance.ts';
import { Tick } from '../../domain/timers/ticks.ts';
import { ProxyEvent, ScheduledEvent, snsEnvelope, sqsEvent, streamEvent } from './envelopes.ts';

export const folder = join(import.meta.dirname, '../../events');

/** A row of the table, with attributes that only its indexes need. A tombstone does not have these. */
const IndexedInstance = Instance.extend({
  on_host: z.string().optional(),
  to_host: z.string().optional(),
  in_project: z.string().optional(),
  live: z.literal('instance').optional(),
  sort_key: z.string().optional(),
  expires_at: z.int().optional(),
}).strict();
const IndexedHost = Host.extend({
  written_by: z.enum(['change', 'heartbeat']),
}).strict();

const IndexedPort = Port.extend({
  live: z.literal('port').optional(),
  in_project: z.string().optional(),
  in_order: z.string().optional(),
  on_host: z.string().optional(),
  on_device: z.string().optional(),
  named: z.string().optional(),
  expires_at: z.int().optional(),
}).strict();

const madeOf = <T extends z.ZodType>(row: T) => z.strictObject({ row, event: DoctorEvent });

export const samples = {
  'api-gateway/force-down.aws.json': ProxyEvent,
  'api-gateway/force-down.base-path.json': ProxyEvent,
  'api-gateway/force-down.ministack.json': ProxyEvent,
  'ceilometer/instance-update.json': OutsideEvents,
  'ceilometer/on-the-bus.json': OutsideEvents,
  'ceilometer/port-update.json': OutsideEvents,
  'made/compute.instance.create.end.json': madeOf(Instance),
  'made/compute.instance.delete.end.json': madeOf(Instance),
  'made/compute.instance.evacuate.json': madeOf(Instance),
  'made/compute.instance.update.json': madeOf(Instance),
  'made/maintenance.host.json': z.strictObject({
    row: Instance,
    notice: Notice,
    event: DoctorEvent,
  }),
  'made/port.create.end.json': madeOf(Port),
  'made/port.create.start.json': madeOf(Port),
  'made/port.data_plane_status.update.json': madeOf(Port),
  'made/port.delete.end.json': madeOf(Port),
  'made/port.delete.start.json': madeOf(Port),
  'made/port.status.update.json': madeOf(Port),
  'made/port.update.end.json': madeOf(Port),
  'made/port.update.start.json': madeOf(Port),
  'made/service.create.json': madeOf(Host),
  'made/service.delete.json': madeOf(Host),
  'made/service.update.json': madeOf(Host),
  'queues/dead-letter.json': DeadLetter,
  'queues/events.json': sqsEvent(EventMessage),
  'queues/finish-departed.json': sqsEvent(FinishMessage),
  'queues/timeouts.json': sqsEvent(TimeoutMessage),
  'queues/groups.json': sqsEvent(GroupMessage),
  'queues/alarm-tests.json': sqsEvent(TestMessage),
  'queues/missed-heartbeats.json': sqsEvent(MissedHeartbeatsMessage),
  'queues/tick.json': sqsEvent(Tick),
  'queues/finish-maintenance.json': sqsEvent(FinishMessage),
  'queues/finish.json': sqsEvent(FinishMessage),
  'queues/outside-events.json': sqsEvent(EventMessage),
  'queues/webhooks.json': sqsEvent(WebhookMessage),
  'queues/wide-events.json': sqsEvent(EventMessage),
  'schedule/sweep.json': ScheduledEvent,
  // Reports on a host's ports are rows of the table of ports, so they are in its stream.
  'streams/data-plane.json': streamEvent(
    HostDataPlane.extend({ id: z.string().startsWith('host#') }).strict(),
  ),
  'streams/hosts.json': streamEvent(IndexedHost),
  'streams/instance-expired.json': streamEvent(IndexedInstance),
  'streams/instances.json': streamEvent(IndexedInstance),
  'streams/ports.json': streamEvent(IndexedPort),
  // The counter of service ids is a row of the table of hosts, so it is in its stream.
  'streams/service-number.json': streamEvent(
    z.strictObject({ host: z.literal('#service-number'), last_number: z.int() }),
  ),
  'topics/events.json': DoctorEvent,
  'topics/group-at-sqs.json': snsEnvelope(GroupBody),
  'topics/notification-at-sqs.json': snsEnvelope(Notification),
} as const;

/** The JSON of a sample as it stands in its file. */
export const rawSample = (path: string): unknown =>
  JSON.parse(readFileSync(join(folder, path), 'utf8'));

/** A sample read by the schema that owns it. */
export const sample = <T>(path: string, schema: z.ZodType<T>): T => schema.parse(rawSample(path));
