import { globSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { readRequest } from '../../adapters/http/request.ts';
import { publicationOf } from '../../domain/delivery/group.ts';
import { webhooksOf } from '../../domain/delivery/webhook.ts';
import { definitionOf } from '../../domain/events/catalogue.ts';
import {
  type DoctorEvent,
  hostEvent,
  instanceEvent,
  projectOfEvent,
  traitTypes,
} from '../../domain/events/event.ts';
import { laneOf } from '../../domain/events/event-lane.ts';
import { receive } from '../../domain/events/outside-event.ts';
import { forTenant } from '../../domain/events/visibility.ts';
import { Host } from '../../domain/hosts/host.ts';
import { maintenanceEvent } from '../../domain/hosts/maintenance.ts';
import { Port } from '../../domain/ports/port.ts';
import { portEvents } from '../../domain/ports/port-event.ts';
import { Instance } from '../../domain/servers/instance.ts';
import { folder, rawSample, sample, samples } from './samples.ts';

const of = <K extends keyof typeof samples>(path: K) => samples[path];

test.each(globSync('**/*.json', { cwd: folder }).sort())('%s is read by its schema', (path) => {
  const schema = new Map<string, z.ZodType>(Object.entries(samples)).get(path);
  expect(schema?.safeParse(rawSample(path)) ?? 'no schema claims it').toMatchObject({
    success: true,
  });
});

test('every schema has its sample', () => {
  expect(globSync('**/*.json', { cwd: folder }).sort()).toEqual(Object.keys(samples).sort());
});

const ofInstances = ['create.end', 'update', 'evacuate', 'delete.end'].map(
  (end) => `compute.instance.${end}`,
);
const ofHosts = ['create', 'update', 'delete'].map((end) => `service.${end}`);
const ofPorts = [
  ...['create', 'update', 'delete'].flatMap((verb) => [`${verb}.start`, `${verb}.end`]),
  ...['status.update', 'data_plane_status.update'],
].map((end) => `port.${end}`);
/** The event of a type that Doctor makes from a port's row. */
function portEventOf(type: string, row: unknown): DoctorEvent {
  const event = portEvents(Port.parse(row)).find(({ event_type }) => event_type === type);
  if (!event) throw new Error(`the row of the sample makes no ${type}`);
  return event;
}
const made = [
  ...ofPorts.map((type) => ({ type, make: (row: unknown) => portEventOf(type, row) })),
  ...ofInstances.map((type) => ({
    type,
    make: (row: unknown) => instanceEvent(Instance.parse(row)),
  })),
  ...ofHosts.map((type) => ({ type, make: (row: unknown) => hostEvent(Host.parse(row)) })),
];
const Made = z.object({ row: z.unknown(), event: z.unknown() });

test.each(made)('the sample of $type is what Doctor makes of its row', ({ type, make }) => {
  const { row, event } = sample(`made/${type}.json`, Made);
  expect(make(row)).toEqual(event);
  expect(make(row).event_type).toBe(type);
});

/** The traits of an event that its definition does not have, or has with another type. */
function strangeTraits({ event_type, traits }: DoctorEvent): unknown[] {
  const { tenant, operator } = definitionOf(event_type);
  const defined = new Map(Object.entries({ ...operator, ...tenant }));
  return traits.filter(([name, dtype]) => {
    const type = defined.get(name);
    return type === undefined || traitTypes[type] !== dtype;
  });
}

test.each(made)('every trait of $type is in the catalogue', ({ type, make }) => {
  expect(strangeTraits(make(sample(`made/${type}.json`, Made).row))).toEqual([]);
});

test('the sample of maintenance.host is what Doctor makes of an instance and the switch of its host', () => {
  const path = 'made/maintenance.host.json';
  const { row, notice, event } = sample(path, of(path));
  expect(maintenanceEvent(row, notice)).toEqual(event);
  expect(strangeTraits(event)).toEqual([]);
  expect(JSON.stringify(event)).not.toContain(notice.host);
  const message = sample('queues/finish-maintenance.json', of('queues/finish-maintenance.json'));
  expect(message.Records.map(({ body }) => body)).toEqual([{ notice }]);
});

const posted = ['instance-update', 'on-the-bus', 'port-update'] as const;

test.each(posted)('what Ceilometer posts is taken: %s', (name) => {
  const path = `ceilometer/${name}.json` as const;
  for (const element of sample(path, of(path))) {
    const received = receive(element, '2026-01-01T00:00:00.000Z');
    expect(received).toMatchObject({ ok: true });
    if (received.ok) expect(strangeTraits(received.event)).toEqual([]);
  }
});

test('the bus form differs by its signature', () => {
  expect(rawSample('ceilometer/on-the-bus.json')).toMatchObject([
    { message_signature: expect.stringMatching(/^[0-9a-f]{64}$/) },
  ]);
});

test('the sample of a dead letter contains a refused element, with that reason', () => {
  const { reason, element } = sample('queues/dead-letter.json', of('queues/dead-letter.json'));
  expect(receive(element, '2026-01-01T00:00:00.000Z')).toEqual({ ok: false, reason });
});

test('the events from outside have the lanes of their messages', () => {
  const path = 'queues/outside-events.json';
  for (const { body } of sample(path, of(path)).Records) {
    expect(body.events.map(laneOf)).toEqual(body.events.map(() => body.lane));
  }
});

test('events for alarms that were left for later are of one project', () => {
  const path = 'queues/wide-events.json';
  for (const { body } of sample(path, of(path)).Records) {
    expect(body).toMatchObject({ lane: 'wide', rest: { after: expect.any(String) } });
    expect(new Set(body.events.map(projectOfEvent)).size).toBe(1);
  }
});

const instanceStream = sample('streams/instances.json', of('streams/instances.json'));
const hostStream = sample('streams/hosts.json', of('streams/hosts.json'));

test('the stream of instances shows a registration, a fault and a deletion', () => {
  const [made, failed, gone] = instanceStream.Records.map((record) => record.dynamodb.NewImage);
  expect(made).toMatchObject({ vm_state: 'active', revision: 1 });
  expect(failed).toMatchObject({ vm_state: 'stopped', power_state: 4, fault_number: 1 });
  expect(failed?.last_change.fault_id).not.toBeNull();
  expect(gone).toMatchObject({ vm_state: 'deleted', deleted: true });
});

test('living instances are in the indexes, tombstones in none', () => {
  for (const { dynamodb } of instanceStream.Records) {
    const row = dynamodb.NewImage;
    const { on_host, in_project, live, sort_key } = row ?? {};
    expect({ on_host, in_project, live, sort_key }).toEqual(
      row?.deleted
        ? {}
        : {
            on_host: row?.host,
            in_project: `project#${row?.project_id}`,
            live: 'instance',
            sort_key: `${row?.created_at}#${row?.uuid}`,
          },
    );
  }
});

test('the stream of hosts shows a registration, a fault and a deletion', () => {
  const rows = hostStream.Records.map((record) => record.dynamodb.NewImage);
  expect(rows).toMatchObject([
    { forced_down: false, fault_number: 0 },
    { forced_down: true, fault_number: 1 },
    { deleted: true, fault_number: 1 },
  ]);
});

test('the stream of ports shows a new port, a status, a report on its host, and a deletion', () => {
  const { Records } = sample('streams/ports.json', of('streams/ports.json'));
  const rows = Records.map((record) => record.dynamodb.NewImage);
  expect(rows).toMatchObject([
    { status: 'DOWN', revision: 1, on_host: 'compute-1', named: 'vnf-2-port' },
    { status: 'ACTIVE', last_change: { old_status: 'DOWN', data_plane_toggled: false } },
    { data_plane_status: 'DOWN', report_number: 1, last_change: { data_plane_toggled: true } },
    { deleted: true },
  ]);
  expect(rows[3]).not.toHaveProperty('on_host');
});

test('what alarms and tenants can see of an event of a port names no host', () => {
  for (const type of ofPorts) {
    const { row, event } = sample(`made/${type}.json`, Made);
    expect(JSON.stringify(row)).toContain('compute-1');
    // Silences of hosts read `port_host`; notifications do not have it (domain/alarms/firing.ts).
    const shown = (key: string, value: unknown) => (key === 'port_host' ? undefined : value);
    expect(JSON.stringify(event, shown)).not.toContain('compute-1');
  }
});

test('the messages on the event queue are those of the rows in the streams', () => {
  const { Records } = sample('queues/events.json', of('queues/events.json'));
  const [instance, host] = [instanceStream, hostStream].map((s) => s.Records[1]?.dynamodb.NewImage);
  const events = [instanceEvent(Instance.parse(instance)), hostEvent(Host.parse(host))];
  expect(Records.map(({ body }) => body)).toEqual([
    { events, attempts: 0, lane: 'fault' },
    { events: events.slice(0, 1), attempts: 2, lane: 'fault' },
  ]);
  expect(sample('topics/events.json', of('topics/events.json'))).toEqual(events[1]);
});

test('a notification gives the tenant what tenants may see of the event', () => {
  const path = 'topics/notification-at-sqs.json';
  const { Message: body, MessageAttributes: attributes } = sample(path, of(path));
  const event = instanceEvent(Instance.parse(instanceStream.Records[1]?.dynamodb.NewImage));
  const { message_id, event_type, generated, traits } = forTenant(event);
  expect(body.reason_data.event).toEqual({ message_id, event_type, generated, traits, raw: {} });
  expect(JSON.stringify(rawSample(path))).not.toContain('compute-1');
  const { project_id, alarm_id, resource_id, severity, current } = body;
  const values = Object.entries(attributes).map(([name, { Value }]) => [name, Value]);
  const expected = { project_id, alarm_id, resource_id, severity, current, event_type };
  expect(Object.fromEntries(values)).toEqual(expected);
});

test('the webhooks on their queues, tried or not, are those of the notification', () => {
  const path = 'topics/notification-at-sqs.json';
  const { Message: body } = sample(path, of(path));
  const action = 'https://vnfm.example/alarms';
  const row = {
    event_id: body.reason_data.event.message_id,
    timestamp: body.state_timestamp,
    body: JSON.stringify(body),
    actions: [action],
    on_behalf_of: body.project_id,
  };
  const [webhook] = webhooksOf(row);
  const { Records } = sample('queues/webhooks.json', of('queues/webhooks.json'));
  expect(Records.map(({ body }) => body)).toEqual([
    webhook,
    { ...webhook, attempts: 3, lane: 'later' },
  ]);
});

test.each([
  ['aws', 'https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/api'],
  ['base-path', 'https://faults.cloud.example/cloud'],
  ['ministack', 'https://localhost/api'],
] as const)('the force-down that comes through the gateway of %s is one', (gateway, root) => {
  const path = `api-gateway/force-down.${gateway}.json` as const;
  const at = { dialect: 'compute', prefix: '/compute', publicUrl: '' } as const;
  const request = readRequest(sample(path, of(path)), at, 'req-1');
  expect(request).toMatchObject({
    method: 'PUT',
    path: '/v2.1/os-services/force-down',
    root,
    headers: { 'content-type': 'application/json', 'openstack-api-version': 'compute 2.11' },
  });
  expect(JSON.parse(request.text ?? '')).toEqual({
    host: 'compute-1',
    binary: 'nova-compute',
    forced_down: true,
  });
});

test('the group of the sample is made of the notification of the other sample', () => {
  const single = sample('topics/notification-at-sqs.json', of('topics/notification-at-sqs.json'));
  const path = 'topics/group-at-sqs.json';
  const { Message: body, MessageAttributes: attributes } = sample(path, of(path));
  const { notification_id, fault_id } = single.Message;
  expect(body).toMatchObject({ fault_id, notifications: [{ notification_id }] });
  const expected = publicationOf(body);
  const values = Object.entries(attributes).map(([name, { Type, Value }]) => [
    name,
    Type === 'String.Array' ? JSON.parse(Value) : Value,
  ]);
  expect(Object.fromEntries(values)).toEqual(expected.attributes);
});
