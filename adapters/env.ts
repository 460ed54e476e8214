import { DomainError } from '../domain/errors.ts';

/** The names of every variable that `infra/` sets and a function may read. */
export type EnvName =
  | 'HOSTS_TABLE'
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
  | 'SUBSCRIPTIONS_TABLE'
  | 'EVENT_QUEUE_URL'
  | 'EVENT_DLQ_URL'
  | 'FAULT_QUEUE_URL'
  | 'WEBHOOK_QUEUE_URL'
  | 'WEBHOOK_RETRY_QUEUE_URL'
  | 'WEBHOOK_DLQ_URL'
  | 'ACTION_TOPICS'
  | 'WEBHOOK_SECRET_ARN'
  | 'WEBHOOK_TIMEOUT_SECONDS'
  | 'WEBHOOK_ATTEMPTS'
  | 'WEBHOOK_ALLOWED_RANGES'
  /** libuv's own: threads for lookups of names. */
  | 'UV_THREADPOOL_SIZE'
  | 'NOTIFICATIONS_TOPIC_ARNS'
  | 'SUBSCRIPTIONS_PER_PROJECT'
  | 'EVENTS_TOPIC_ARN'
  | 'ADMIN_SECRET_ARN'
  | 'SIGNING_SECRET_ARN'
  | 'PUBLIC_URL'
  | 'CORS_ALLOWED_ORIGINS'
  | 'REGION_NAME'
  | 'ACCEPT_ALARMS_WITHOUT_RESOURCE_ID'
  | 'SERVICE_DOWN_TIME_SECONDS'
  | 'INSTANCES_ON_FORCE_DOWN'
  | 'EVACUATION_EXECUTOR'
  | 'SAFE_LANE_DELAY_SECONDS'
  | 'FINISH_DELAYS_SECONDS'
  | 'EVALUATOR_TIMEOUT_SECONDS'
  | 'HISTORY_RETENTION_DAYS'
  | 'PROJECT_ALARM_QUOTA'
  | 'USER_ALARM_QUOTA'
  | 'LOGIN_ATTEMPTS_PER_USER'
  | 'LOGIN_ATTEMPTS_PER_SOURCE'
  | 'LOGIN_ATTEMPTS_WINDOW_SECONDS'
  | 'CREDENTIALS_PER_USER';

/** The variables a function was started with; read only by a function's `index.ts`. */
export type Env = Readonly<Record<string, string | undefined>>;

/** The value of a variable that must be there; a missing one stops the function at its start. */
export function required(env: Env, name: EnvName): string {
  const value = env[name];
  if (value === undefined || value === '') {
    throw new DomainError('internal', `environment variable ${name} is not set`);
  }
  return value;
}

/** The value of a variable that may be missing or empty, else the default. */
export function optional(env: Env, name: EnvName, otherwise: string): string {
  return env[name] || otherwise;
}

/** One of some words, the first if nothing is given; any other stops the function at its start. */
export function oneOf<Word extends string>(
  env: Env,
  name: EnvName,
  words: readonly [Word, ...Word[]],
): Word {
  const given = optional(env, name, words[0]);
  const word = words.find((each) => each === given);
  if (word !== undefined) return word;
  throw new DomainError('internal', `environment variable ${name} is not one of ${words}`);
}

/** A non-negative number of seconds or days; anything else stops the function at its start. */
export function amount(env: Env, name: EnvName, otherwise: number): number {
  const value = Number(optional(env, name, String(otherwise)));
  if (!Number.isFinite(value) || value < 0) {
    throw new DomainError('internal', `environment variable ${name} is not a number`);
  }
  return value;
}

/** A list, its items separated by commas; a missing or empty variable is an empty one. */
export const list = (env: Env, name: EnvName): string[] =>
  optional(env, name, '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

/** A limit of a number of things; -1, the default, for none. */
export function quota(env: Env, name: EnvName): number {
  const value = Number(optional(env, name, '-1'));
  if (!Number.isInteger(value) || value < -1) {
    throw new DomainError('internal', `environment variable ${name} is not a limit`);
  }
  return value;
}

/** A list that has at least one item. */
export function requiredList(env: Env, name: EnvName): string[] {
  required(env, name);
  return list(env, name);
}

/** A list of delays in seconds, such as `5,900`; SQS delays nothing for longer than 900. */
export function delays(env: Env, name: EnvName, otherwise: string): number[] {
  const values = optional(env, name, otherwise).split(',').map(Number);
  if (values.some((value) => !Number.isInteger(value) || value < 0 || value > 900)) {
    throw new DomainError('internal', `environment variable ${name} is not a list of delays`);
  }
  return values;
}
