/** The commands for subscriptions to notifications. */
import * as z from 'zod';
import type { Command, Given } from './command.ts';
import { Item } from './output.ts';
import { all, one, queryString, segment, valuesOf } from './requests.ts';
import { Misuse } from './session.ts';

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const service = 'fault-management' as const;

/** The attributes of a filter, by the options that name them. */
const filterOptions = {
  alarm: 'alarm_id',
  resource: 'resource_id',
  severity: 'severity',
  current: 'current',
  'event-type': 'event_type',
  test: 'test',
} as const;

/** The body of a request for a subscription. @throws Misuse */
function subscriptionOf(given: Given) {
  const { protocol, endpoint, group } = given;
  if (typeof protocol !== 'string' || typeof endpoint !== 'string') {
    throw new Misuse('--protocol and --endpoint are needed.');
  }
  const filter = Object.entries(filterOptions).flatMap(([option, attribute]) => {
    const values = valuesOf(given[option]);
    return values ? [[attribute, values]] : [];
  });
  return {
    protocol,
    endpoint,
    ...(filter.length > 0 && { filter: Object.fromEntries(filter) }),
    ...(group !== undefined && { group }),
    ...(given['all-projects'] === true && { all_projects: true }),
    ...(given.envelope === true && { raw_message_delivery: false }),
  };
}

const Subscriptions = z
  .object({ subscriptions: z.array(Item), next: z.string().optional() })
  .transform(({ subscriptions, next }) => ({ items: subscriptions, next }));

const columns = {
  ID: 'id',
  Status: 'status',
  Protocol: 'protocol',
  Endpoint: 'endpoint',
  Group: 'group',
  Filter: 'filter',
};

export const subscriptionCommands: readonly Command[] = [
  {
    name: 'subscription create',
    usage:
      '--protocol sqs|lambda|https|http|email|email-json --endpoint ENDPOINT [--group fault] [--severity LEVEL,...] [--current STATE,...] [--event-type TYPE,...] [--alarm ID,...] [--resource ID,...] [--test true|false] [--envelope] [--all-projects]',
    does: "Subscribe an endpoint to the notifications of the project; --group fault for one message for each fault. --test false leaves tests of alarms out. --envelope keeps SNS's envelope for a queue. --all-projects is for administrators.",
    options: {
      protocol: text,
      endpoint: text,
      group: text,
      severity: text,
      current: text,
      'event-type': text,
      alarm: text,
      resource: text,
      test: text,
      envelope: flag,
      'all-projects': flag,
    },
    run: (session, given) => {
      const body = subscriptionOf(given);
      return one(session, 'subscription', {
        service,
        method: 'POST',
        path: '/subscriptions',
        body,
      });
    },
  },
  {
    name: 'subscription list',
    usage: '[--all-projects]',
    does: 'List subscriptions, the oldest first.',
    options: { 'all-projects': flag },
    run: async (session, { 'all-projects': everywhere }) => {
      const query = queryString({ ...(everywhere && { all_projects: 'true' }) });
      const path = `/subscriptions${query}`;
      const items = await all(session, { service, path }, (body) => Subscriptions.parse(body));
      return { items, columns: { ...columns, ...(everywhere && { Project: 'project_id' }) } };
    },
  },
  {
    name: 'subscription show',
    usage: 'ID',
    does: 'Show a subscription.',
    argument: 'ID',
    options: {},
    run: (session, _, id) =>
      one(session, 'subscription', { service, path: `/subscriptions/${segment(id)}` }),
  },
  {
    name: 'subscription delete',
    usage: 'ID',
    does: 'End a subscription.',
    argument: 'ID',
    options: {},
    run: async (session, _, id) => {
      await session.ask({ service, method: 'DELETE', path: `/subscriptions/${segment(id)}` });
      return { item: { id, status: 'deleted' } };
    },
  },
];
