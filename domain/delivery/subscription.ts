/**
 * Subscriptions of a project to its notifications. Whatever a caller says, the filter policy is made
 * here, and pins the caller's project: SNS then delivers nothing of another one.
 */
import * as z from 'zod';
import { AlarmState, Severity } from '../alarms/alarm.ts';
import { bucketOf, subscriptionId } from '../ids.ts';
import { notPlain, plain } from '../text.ts';
import { Moment } from '../time.ts';

/** SNS's protocols without those that cost the operator money or need a role: `sms`, `firehose`, … */
export const protocols = ['sqs', 'lambda', 'https', 'http', 'email', 'email-json'] as const;
export const Protocol = z.enum(protocols);
export type Protocol = z.infer<typeof Protocol>;

const values = <T extends z.ZodType<string>>(value: T) => z.array(value).min(1).max(50);
const Name = z.string().min(1).max(255).regex(plain, notPlain);

/**
 * Which notifications of the project are wanted: those that have one of the values in each of the
 * attributes named. The attributes are those of the messages (`OutboxRow.attributes`).
 */
export const SubscriptionFilter = z
  .strictObject({
    alarm_id: values(z.uuid()),
    resource_id: values(Name),
    severity: values(Severity),
    current: values(AlarmState),
    event_type: values(Name),
  })
  .partial();
export type SubscriptionFilter = z.infer<typeof SubscriptionFilter>;

/** What makes two subscriptions the same one to SNS, and what is asked of it. */
export const SubscriptionWish = z.object({
  protocol: Protocol,
  endpoint: z.string(),
  /** The caller's: whose notifications are sent, and who may see and delete the subscription. */
  project_id: z.string().min(1),
  /** An administrator's, for the notifications of all projects. */
  all_projects: z.boolean(),
  filter: SubscriptionFilter,
  /** The bare notification instead of SNS's envelope. */
  raw_message_delivery: z.boolean(),
});
export type SubscriptionWish = z.infer<typeof SubscriptionWish>;

/** The row. It claims its endpoint, for SNS has one subscription for each endpoint of a topic. */
export const Subscription = SubscriptionWish.extend({
  subscription_id: z.uuid(),
  revision: z.int().min(1),
  /** SNS's names, by topic; none before SNS has answered. */
  arns: z.record(z.string(), z.string()),
  created_at: Moment,
});
export type Subscription = z.infer<typeof Subscription>;

/** The row of a wish, before SNS is asked. */
export const claimOf = (wish: SubscriptionWish, now: string): Subscription => ({
  ...wish,
  subscription_id: subscriptionId(wish.protocol, wish.endpoint),
  revision: 1,
  arns: {},
  created_at: now,
});

/** Whether a subscription is what is wished already. */
export const isSameWish = (known: Subscription, wish: SubscriptionWish): boolean =>
  known.project_id === wish.project_id &&
  known.all_projects === wish.all_projects &&
  known.raw_message_delivery === wish.raw_message_delivery &&
  JSON.stringify(filterPolicyOf(known) ?? null) === JSON.stringify(filterPolicyOf(wish) ?? null);

/** What SNS takes of a policy: so many attributes, and so many combinations of their values. */
const most = { attributes: 5, combinations: 150 };

/**
 * The filter policy on message attributes; undefined where nothing is filtered. Every value is a
 * plain text, which SNS compares as it is.
 */
export function filterPolicyOf(
  wish: Pick<SubscriptionWish, 'project_id' | 'all_projects' | 'filter'>,
): Readonly<Record<string, readonly string[]>> | undefined {
  const { project_id, all_projects, filter } = wish;
  const { alarm_id, resource_id, severity, current, event_type } = filter;
  const policy = Object.entries({ alarm_id, resource_id, severity, current, event_type }).flatMap(
    ([name, wanted]) => (wanted ? [[name, [...new Set<string>(wanted)].sort()] as const] : []),
  );
  const pinned = all_projects ? [] : [['project_id', [project_id]] as const];
  const all = [...pinned, ...policy];
  return all.length > 0 ? Object.fromEntries(all) : undefined;
}

/** Why SNS would not take the filter; undefined if it would. */
export function tooLarge(
  wish: Pick<SubscriptionWish, 'project_id' | 'all_projects' | 'filter'>,
): string | undefined {
  const policy = Object.values(filterPolicyOf(wish) ?? {});
  if (policy.length > most.attributes) return `At most ${most.attributes - 1} may be named.`;
  const combinations = policy.reduce((product, { length }) => product * length, 1);
  return combinations > most.combinations
    ? `The values may have at most ${most.combinations} combinations.`
    : undefined;
}

/** The topic of a project's notifications: always the same of the same topics. */
export function topicOf(topics: readonly string[], project_id: string): string {
  const topic = topics[bucketOf(project_id, topics.length)];
  if (topic === undefined) throw new Error('there is no topic');
  return topic;
}

/** The topics that a subscription is to. */
export const topicsFor = (
  topics: readonly string[],
  { all_projects, project_id }: Pick<SubscriptionWish, 'all_projects' | 'project_id'>,
): readonly string[] => (all_projects ? topics : [topicOf(topics, project_id)]);

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

/** What the endpoint of the protocol must be; undefined if it is that. */
export const wrongEndpoint = (protocol: Protocol, endpoint: string): string | undefined =>
  endpoints[protocol].fits(endpoint) ? undefined : `Must be ${endpoints[protocol].what}.`;

/** Whether SNS can leave its envelope away. */
export const canBeRaw = (protocol: Protocol): boolean =>
  ['sqs', 'http', 'https'].includes(protocol);
