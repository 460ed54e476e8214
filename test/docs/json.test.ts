/** Parses the JSON and YAML blocks of the documents by the schemas of what they show. */
import { expect, test } from 'vitest';
import * as z from 'zod';
import { GroupBody } from '../../domain/delivery/group-body.ts';
import { definitionOf } from '../../domain/events/catalogue.ts';
import { DoctorEvent } from '../../domain/events/event.ts';
import { Notification } from '../../domain/events/messages.ts';
import atSqs from '../../events/topics/notification-at-sqs.json' with { type: 'json' };
import { readAlarm } from '../../functions/alarming/alarm-input.ts';
import { serviceActionEras } from '../../functions/compute/hosts/service-input.ts';
import { HostInput, InstanceInput } from '../../functions/doctor/registration-input.ts';
import { SubscriptionInput } from '../../functions/doctor/subscription-input.ts';
import { AlertMapping } from '../../functions/monitors/alert-mapping.ts';
import { allBlocks, type Block } from './blocks.ts';
import { yaml } from './yaml.ts';

/** Attributes of a notification, each with its values or conditions. */
const FilterPolicy = z
  .record(z.string(), z.array(z.unknown()).min(1))
  .refine((policy) => Object.keys(policy).every((name) => name in atSqs.MessageAttributes));

const forceDown = serviceActionEras.find(({ name }) => name === 'force-down');

/** A watch of Consul on critical checks, with either of its handlers. */
const ConsulWatches = z.strictObject({
  watches: z.tuple([
    z.discriminatedUnion('handler_type', [
      z.strictObject({
        ...{ type: z.literal('checks'), state: z.literal('critical') },
        ...{ handler_type: z.literal('script'), args: z.array(z.string()) },
      }),
      z.strictObject({
        ...{ type: z.literal('checks'), state: z.literal('critical') },
        handler_type: z.literal('http'),
        http_handler_config: z.strictObject({
          path: z.url().endsWith('/doctor/v1/consul'),
          method: z.literal('POST'),
          header: z.record(z.string(), z.array(z.string())),
          timeout: z.string(),
        }),
      }),
    ]),
  ]),
});

/** What a BMC takes as a subscription. */
const RedfishSubscription = z.strictObject({
  Destination: z.url().regex(/\/doctor\/v1\/redfish\/[^/]+$/),
  Protocol: z.literal('Redfish'),
  EventFormatType: z.literal('Event'),
  Context: z.string(),
  DeliveryRetryPolicy: z.enum(['TerminateAfterRetries', 'SuspendRetries', 'RetryForever']),
  HttpHeaders: z.array(z.record(z.string(), z.string())),
});

/**
 * The kinds of blocks, each with a key that no other kind has. The first kind whose key is in the
 * block parses it.
 */
const kinds: readonly { readonly key: string; readonly read: (value: unknown) => unknown }[] = [
  { key: 'alarm_id', read: (value) => Notification.parse(value) },
  { key: 'event_rule', read: (value) => readAlarm(value) },
  { key: 'notification_rule', read: (value) => readAlarm(value) },
  { key: 'message_id', read: (value) => DoctorEvent.parse(value) },
  { key: 'vm_state', read: (value) => InstanceInput.parse(value) },
  { key: 'forced_down', read: (value) => forceDown?.body.parse(value) },
  { key: 'heartbeat', read: (value) => HostInput.parse(value) },
  { key: 'protocol', read: (value) => SubscriptionInput.parse(value) },
  { key: 'watches', read: (value) => ConsulWatches.parse(value) },
  { key: 'Destination', read: (value) => RedfishSubscription.parse(value) },
  { key: 'rules', read: (value) => AlertMapping.parse(value) },
  { key: 'group_id', read: (value) => GroupBody.parse(value) },
  { key: 'project_id', read: (value) => FilterPolicy.parse(value) },
];

const blocksIn = (language: string) => allBlocks.filter((block) => block.language === language);

test.each(blocksIn('json'))('the JSON at $document:$line is valid for its kind', ({ text }) => {
  const value = z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  const kind = kinds.find(({ key }) => key in value);
  expect(kind, 'JSON of a kind that nothing here reads').toBeDefined();
  kind?.read(value);
});

type Traited = { readonly event_type: string; readonly traits: readonly (readonly unknown[])[] };

/** The event in a block, with the traits that it may have; undefined if the block shows no event. */
function eventIn({ text }: Block): { event: Traited; known: string[] } | undefined {
  const notification = Notification.safeParse(JSON.parse(text));
  const notified = notification.data?.reason_data.event;
  if (notified)
    return { event: notified, known: Object.keys(definitionOf(notified.event_type).tenant) };
  const event = DoctorEvent.safeParse(JSON.parse(text)).data;
  if (!event) return undefined;
  const { tenant, operator } = definitionOf(event.event_type);
  return { event, known: Object.keys({ ...tenant, ...operator }) };
}

test('every notification and audit event that is shown has traits of the catalogue', () => {
  const shown = blocksIn('json').flatMap((block) => eventIn(block) ?? []);
  expect(shown.length).toBeGreaterThan(1);
  for (const { event, known } of shown) {
    for (const [name] of event.traits) expect(known, event.event_type).toContain(name);
  }
});

const Definitions = z.array(
  z.strictObject({
    event_type: z.string(),
    traits: z.record(z.string(), z.strictObject({ fields: z.string() })),
  }),
);
const Pipeline = z.strictObject({
  sources: z.array(z.looseObject({ name: z.string(), sinks: z.array(z.string()) })).length(1),
  sinks: z.array(z.strictObject({ name: z.string(), publishers: z.array(z.url()).length(1) })),
});

test('the YAML for Ceilometer is a pipeline and a definition of events', () => {
  const shown = blocksIn('yaml').filter(({ document }) => document === 'docs/administrators.md');
  const [pipeline, definitions, ...others] = shown.map(yaml);
  expect(others).toEqual([]);
  const { sources, sinks } = Pipeline.parse(pipeline);
  expect(sources[0]?.sinks).toEqual(sinks.map(({ name }) => name));
  const [definition] = Definitions.parse(definitions);
  const { tenant, operator } = definitionOf(definition?.event_type ?? '');
  expect(definition?.event_type).toBe('port.update.end');
  for (const name of Object.keys(definition?.traits ?? {})) {
    expect({ ...tenant, ...operator }).toHaveProperty(name);
  }
});
