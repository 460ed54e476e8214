/**
 * Subscriptions of a project to its notifications. Doctor builds the filter policy itself and
 * always puts the project's id into it, so that SNS delivers no notification of another project.
 */
import { isEqual } from 'es-toolkit';
import * as z from 'zod';
import { AlarmState, Severity } from '../alarms/alarm.ts';
import { subscriptionId } from '../ids.ts';
import { notPlain, plain } from '../text.ts';
import { Moment } from '../time.ts';
import { Grouping } from './group-body.ts';
import { type NotificationTopics, topicOf } from './notification-topics.ts';

/**
 * SNS's protocols, without those that cost the operator money or need a role (`sms`, `firehose`,
 * …).
 */
export const protocols = ['sqs', 'lambda', 'https', 'http', 'email', 'email-json'] as const;
/** The protocol of a subscription. */
export const Protocol = z.enum(protocols);
export type Protocol = z.infer<typeof Protocol>;

const valuesOf = <T extends z.ZodType<string>>(value: T) => z.array(value).min(1).max(50);
const Name = z.string().min(1).max(255).regex(plain, notPlain);

/**
 * Which notifications of the project are requested: those that have, in each named attribute, one
 * of its values. The attributes are those of the messages (`OutboxRow.attributes`); `false` for `test`
 * stands for messages without it. Empty: all.
 */
export const SubscriptionFilter = z
  .strictObject({
    alarm_id: valuesOf(z.uuid()),
    resource_id: valuesOf(Name),
    severity: valuesOf(Severity),
    current: valuesOf(AlarmState),
    event_type: valuesOf(Name),
    test: z.array(z.enum(['true', 'false'])).length(1),
  })
  .partial();
export type SubscriptionFilter = z.infer<typeof SubscriptionFilter>;

/** A requested subscription. For SNS, protocol and endpoint identify it. */
export const SubscriptionRequest = z.object({
  protocol: Protocol,
  endpoint: z.string(),
  /**
   * The caller's project: its notifications are sent, and it may see and delete the subscription.
   */
  project_id: z.string().min(1),
  /** Send the notifications of all projects; only an administrator may request it. */
  all_projects: z.boolean(),
  filter: SubscriptionFilter,
  /** Send the notification alone, without SNS's envelope. */
  raw_message_delivery: z.boolean(),
  /** One message for what a fault did, in place of one for each notification; absent for these. */
  group: Grouping.optional(),
});
export type SubscriptionRequest = z.infer<typeof SubscriptionRequest>;

/**
 * The row. It claims its endpoint, because SNS has only one subscription per endpoint and topic.
 */
export const Subscription = SubscriptionRequest.extend({
  subscription_id: z.uuid(),
  revision: z.int().min(1),
  /** SNS's ARNs of the subscription, by the ARN of the topic; empty until SNS has answered. */
  arns: z.record(z.string(), z.string()),
  created_at: Moment,
});
export type Subscription = z.infer<typeof Subscription>;

/** The row of a request, as it is written before SNS is asked. */
export const claimOf = (request: SubscriptionRequest, now: string): Subscription => ({
  ...request,
  subscription_id: subscriptionId(request.protocol, request.endpoint),
  revision: 1,
  arns: {},
  created_at: now,
});

/**
 * Whether a subscription already is as requested. The order of values in a filter does not matter.
 */
export const isSameRequest = (known: Subscription, request: SubscriptionRequest): boolean =>
  known.project_id === request.project_id &&
  known.all_projects === request.all_projects &&
  known.raw_message_delivery === request.raw_message_delivery &&
  known.group === request.group &&
  isEqual(filterPolicyOf(known), filterPolicyOf(request));

/** Whether the filter selects a message with the attributes. */
export const isSelected = (
  { filter }: Pick<SubscriptionRequest, 'filter'>,
  attributes: Readonly<Record<string, string>>,
): boolean =>
  Object.entries(filter).every(([name, values]) =>
    values.some((value) => value === (attributes[name] ?? (name === 'test' ? 'false' : undefined))),
  );

/** SNS's limits of a filter policy: its attributes, and the combinations of their values. */
const most = { attributes: 5, combinations: 150 };

type Filtered = Pick<SubscriptionRequest, 'project_id' | 'all_projects' | 'filter'>;

/** A value of a filter policy: a plain text, which SNS compares for equality, or that there must be none. */
type PolicyValue = string | { readonly exists: false };

/** The filter policy on message attributes; undefined if everything is sent. */
export function filterPolicyOf({
  project_id,
  all_projects,
  filter,
}: Filtered): Readonly<Record<string, readonly PolicyValue[]>> | undefined {
  const { alarm_id, resource_id, severity, current, event_type, test = [] } = filter;
  const policy: (readonly [string, readonly PolicyValue[]])[] = Object.entries({
    alarm_id,
    resource_id,
    severity,
    current,
    event_type,
  }).flatMap(([name, values]) =>
    values ? [[name, [...new Set<string>(values)].sort()] as const] : [],
  );
  const pinned = all_projects ? [] : [['project_id', [project_id]] as const];
  const tests = test.map((value) =>
    value === 'true' ? (['test', ['true']] as const) : (['test', [{ exists: false }]] as const),
  );
  const all = [...pinned, ...policy, ...tests];
  return all.length > 0 ? Object.fromEntries(all) : undefined;
}

/** Why SNS would refuse the filter as too large; undefined if it would accept it. */
export function whyTooLarge(request: Filtered): string | undefined {
  const policy = Object.values(filterPolicyOf(request) ?? {});
  if (policy.length > most.attributes) return `At most ${most.attributes - 1} may be named.`;
  const combinations = policy.reduce((product, { length }) => product * length, 1);
  return combinations > most.combinations
    ? `The values may have at most ${most.combinations} combinations.`
    : undefined;
}

/** The attributes of a filter that no group has: its notifications are of several alarms and resources. */
export const attributesOfOne = ['alarm_id', 'resource_id'] as const;

/** The topics that a subscription needs: that of its project, or all. */
export function topicsFor(
  { notifications, groups }: NotificationTopics,
  {
    all_projects,
    project_id,
    group,
  }: Pick<SubscriptionRequest, 'all_projects' | 'project_id' | 'group'>,
): readonly string[] {
  const topics = group === undefined ? notifications : groups;
  return all_projects ? topics : [topicOf(topics, project_id)];
}

const queueArn = /^arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,80}$/;
const functionArn =
  /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]{1,64}(:[A-Za-z0-9_$-]{1,128})?$/;
const email = /^[^\s@"(),:;<>[\]\\]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/;

const isUrl = (protocol: 'http' | 'https', text: string): boolean =>
  URL.canParse(text) &&
  new URL(text).protocol === `${protocol}:` &&
  text.toLowerCase().startsWith(`${protocol}://`);

const endpoints: Readonly<Record<Protocol, { what: string; fits: (text: string) => boolean }>> = {
  sqs: { what: 'the ARN of a standard queue', fits: (text) => queueArn.test(text) },
  lambda: { what: 'the ARN of a function', fits: (text) => functionArn.test(text) },
  https: { what: 'an https URL', fits: (text) => isUrl('https', text) },
  http: { what: 'an http URL', fits: (text) => isUrl('http', text) },
  email: { what: 'an email address', fits: (text) => email.test(text) },
  'email-json': { what: 'an email address', fits: (text) => email.test(text) },
};

/** Why the endpoint does not fit the protocol, for the caller; undefined if it fits. */
export const wrongEndpoint = (protocol: Protocol, endpoint: string): string | undefined =>
  endpoints[protocol].fits(endpoint) ? undefined : `Must be ${endpoints[protocol].what}.`;

/** True if SNS sends a confirmation to the endpoint for each request. */
export const asksToConfirm = (protocol: Protocol): boolean =>
  ['http', 'https', 'email', 'email-json'].includes(protocol);

/** True if the row has SNS's names of the subscription for all topics that it needs. */
export const isComplete = (row: Subscription, topics: NotificationTopics): boolean =>
  topicsFor(topics, row).every((topic) => topic in row.arns);

/** Whether SNS can send the notification alone, without its envelope, over this protocol. */
export const canBeRaw = (protocol: Protocol): boolean =>
  ['sqs', 'http', 'https'].includes(protocol);
