/** The environment of functions: the names of variables, and how their values are read. */
import * as z from 'zod';
import { DomainError } from '../domain/errors.ts';

/** The variables that `infra/` sets and functions read. */
export type EnvName =
  | 'HOSTS_TABLE'
  | 'ROSTER_TABLE'
  | 'FAULTS_TABLE'
  | 'AFFECTED_TABLE'
  | 'INSTANCES_TABLE'
  | 'MIGRATIONS_TABLE'
  | 'PORTS_TABLE'
  | 'NETWORKS_TABLE'
  | 'ALARMS_TABLE'
  | 'HISTORY_TABLE'
  | 'QUOTAS_TABLE'
  | 'IDENTITY_TABLE'
  | 'VALIDITY_TABLE'
  | 'CREDENTIALS_TABLE'
  | 'ATTEMPTS_TABLE'
  | 'SILENCES_TABLE'
  | 'SILENCES_PER_PROJECT'
  | 'SILENCE_LONGEST_SECONDS'
  | 'SUBSCRIPTIONS_TABLE'
  | 'PLACES_TABLE'
  | 'ACTIVITY_TABLE'
  | 'HELD_REQUESTS_PER_PROJECT'
  | 'HELD_REQUESTS'
  | 'READ_FUNCTIONS'
  | 'WORK_QUEUES'
  | 'DEAD_LETTER_QUEUES'
  | 'CONDITIONS_TABLE'
  | 'SOURCES_TABLE'
  | 'UNMATCHED_TABLE'
  | 'RECEIVED_TABLE'
  | 'CLOUD_TABLE'
  | 'TIMERS_TABLE'
  | 'EVENT_QUEUE_URL'
  | 'CHANGE_QUEUE_URL'
  | 'URGENT_QUEUE_URL'
  | 'BULK_QUEUE_URL'
  | 'WIDE_QUEUE_URL'
  | 'TIMEOUT_QUEUE_URL'
  | 'TIMEOUT_CONCURRENCY'
  | 'EVENT_DLQ_URL'
  | 'BULK_DLQ_URL'
  | 'REPORT_QUEUE_URL'
  | 'REPORT_DLQ_URL'
  | 'TICK_QUEUE_URL'
  /** Missing if events from outside change no rows. */
  | 'INVENTORY_QUEUE_URL'
  /** Missing without a cloud. */
  | 'MIRROR_QUEUE_URL'
  | 'CLOUD_CALLS_IN_FLIGHT'
  | 'CLOUD_WALK_MINUTES'
  | 'EVALUATOR_PACE'
  | 'FAULT_QUEUE_URL'
  /** Missing without a cloud. */
  | 'CLOUD_QUEUE_URL'
  | 'MOVE_QUEUE_URL'
  | 'CLOUD_DLQ_URL'
  | 'CLOUD_SERVERS_ON_FAULT'
  | 'WEBHOOK_QUEUE_URL'
  | 'WEBHOOK_RETRY_QUEUE_URL'
  | 'WEBHOOK_DLQ_URL'
  | 'ACTION_TOPICS'
  | 'WEBHOOK_SECRET_ARN'
  | 'WEBHOOK_TIMEOUT_SECONDS'
  | 'WEBHOOK_ATTEMPTS'
  | 'WEBHOOK_PLACES'
  | 'WEBHOOK_POSTS_PER_RECEIVER'
  | 'WEBHOOK_POSTS_PER_PROJECT'
  | 'WEBHOOK_ALLOWED_RANGES'
  /** Read by libuv: the number of threads, which look up names. */
  | 'UV_THREADPOOL_SIZE'
  | 'NOTIFICATIONS_TOPIC_ARNS'
  | 'GROUPS_TOPIC_ARNS'
  | 'GROUP_QUEUE_URL'
  | 'ALARM_TESTS_PER_PROJECT'
  | 'SUBSCRIPTIONS_PER_PROJECT'
  | 'SUBSCRIPTION_COOLDOWN_SECONDS'
  | 'SUBSCRIPTION_REQUESTS_PER_HOUR'
  | 'EVENTS_TOPIC_ARN'
  | 'ADMIN_SECRET_ARN'
  | 'SIGNING_SECRET_ARN'
  /** The secret of the OpenStack cloud beside Doctor; missing without one. */
  | 'CLOUD_SECRET'
  /** The issuer of access tokens, and how its claims are read; missing without one. */
  | 'OIDC_ISSUER'
  | 'OIDC_AUDIENCE'
  | 'OIDC_PROJECT_CLAIM'
  | 'OIDC_ROLES_CLAIM'
  | 'OIDC_ROLES'
  | 'PUBLIC_URL'
  | 'CORS_ALLOWED_ORIGINS'
  | 'REGION_NAME'
  | 'ACCEPT_ALARMS_WITHOUT_RESOURCE_ID'
  | 'SERVICE_DOWN_TIME_SECONDS'
  | 'REPORT_MISSED_HEARTBEATS'
  | 'INSTANCES_ON_FORCE_DOWN'
  | 'EVACUATION_EXECUTOR'
  | 'SAFE_LANE_DELAY_SECONDS'
  | 'FINISH_DELAYS_SECONDS'
  | 'EVALUATOR_TIMEOUT_SECONDS'
  | 'HISTORY_RETENTION_DAYS'
  | 'PROJECT_ALARM_QUOTA'
  | 'USER_ALARM_QUOTA'
  | 'PROJECT_WIDE_ALARM_QUOTA'
  | 'PROJECT_PERIODIC_ALARM_QUOTA'
  | 'PERIODIC_QUEUE_URL'
  | 'PERIODIC_SLOW_QUEUE_URL'
  | 'PROMETHEUS_URL'
  | 'PROMETHEUS_AUTH'
  | 'PROMETHEUS_SECRET'
  | 'PROMETHEUS_TIMEOUT_SECONDS'
  | 'PROMETHEUS_PROJECT_LABEL'
  | 'ACTIONS_PER_ALARM'
  | 'TIME_CONSTRAINTS_PER_ALARM'
  | 'LOGIN_ATTEMPTS_PER_USER'
  | 'LOGIN_ATTEMPTS_PER_SOURCE'
  | 'LOGIN_ATTEMPTS_WINDOW_SECONDS'
  | 'PASSWORD_HASH_ROUNDS'
  | 'CREDENTIALS_PER_USER';

/** The variables that a process was started with; only a function's `index.ts` hands them over. */
export type Env = Readonly<Record<string, string | undefined>>;

/** A name, URL or ARN: must be set and not empty. */
export const required = z.string('is not set').min(1, 'is not set');

/** A text that may be empty. A variable that is missing is read as empty. */
export const optionalText = z.string().default('');

const items = (joined: string): string[] =>
  joined
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

/** Items separated by commas. A variable that is missing or empty is an empty list. */
export const list = optionalText.transform(items);

/** Items separated by commas: at least one. */
export const requiredList = required.transform(items);

/**
 * ARNs of topics, separated by commas: at least one. The first is an ARN; the others are names of topics
 * beside it, or ARNs, as in `arn:aws:sns:eu-west-1:1:A,B`.
 */
export const topicArns = requiredList.transform((given) => {
  const [first = ''] = given;
  const before = first.slice(0, first.lastIndexOf(':') + 1);
  return given.map((each) => (each.includes(':') ? each : `${before}${each}`));
});

/** Names with their values, as `name=value`, separated by commas. */
export const pairs = requiredList.transform((given) =>
  Object.fromEntries(
    given.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  ),
);

/**
 * URLs of queues by their names. The first is a URL; the others are names of queues beside it, as in
 * `events=https://sqs.eu-west-1.amazonaws.com/1/A,bulk=B`.
 */
export const queueUrls = pairs.transform((given) => {
  const [first = ''] = Object.values(given);
  return Object.fromEntries(
    Object.entries(given).map(([name, queue]) => [name, new URL(queue, first).href]),
  );
});

/** A number of seconds, days or things; not negative. */
export const amount = required.transform(Number).pipe(z.number().min(0));

/** The largest number of something; -1 sets no limit. */
export const limit = required.transform(Number).pipe(z.int().min(-1));

/** Delays in whole seconds, such as `5,900`. SQS takes at most 900. */
export const delays = required
  .transform((joined) => joined.split(',').map(Number))
  .pipe(z.array(z.int().min(0).max(900)));

/** `true` or `false`. */
export const truth = z.enum(['true', 'false']).transform((word) => word === 'true');

/** The schema of a function's environment; its keys are names that `infra/` knows. */
export const environment = <
  Shape extends z.ZodRawShape & {
    readonly [Name in keyof Shape]: Name extends EnvName ? z.ZodType : never;
  },
>(
  shape: Shape,
) => z.object(shape);

/**
 * The variables of a function, read. Others are left out.
 * @throws `internal`, with the name of each variable that is missing or wrong; it stops the function's start.
 */
export function readEnv<Read>(schema: z.ZodType<Read>, env: Env): Read {
  const { data, error } = schema.safeParse(env);
  if (!error) return data;
  const complaints = error.issues.map(
    ({ path: [name = ''], message }) => `environment variable ${String(name)}: ${message}`,
  );
  throw new DomainError('internal', complaints.join('; '));
}
