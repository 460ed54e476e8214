import { isIP } from 'node:net';

/** What an operator may choose at deploy time. */
export type ServiceSettings = {
  /** Where clients reach the API's stage; empty where each request tells (AWS). */
  publicUrl: string;
  /** Origins such as `https://console.example` whose pages may call the API, `*` for any. */
  corsAllowedOrigins: readonly string[];
  /** The region that the service catalogue names to OpenStack clients. */
  regionName: string;
  /** False: an alarm must name a resource, by attribute or by an `eq` condition. */
  acceptAlarmsWithoutResourceId: boolean;
  /** For how long a host that has a heartbeat may be silent and still be up. */
  serviceDownTimeSeconds: number;
  /** Whether forcing a service down stops the host's instances, or leaves them, as Nova does. */
  instancesOnForceDown: 'stop' | 'leave';
  /** Who moves instances that are evacuated: nobody, Doctor keeps books; or one who reports back. */
  evacuationExecutor: 'none' | 'external';
  /** How long after an event its safe copy follows. */
  safeLaneDelaySeconds: number;
  /** When the fan-out of a host fault is gone through again, after the report. */
  finishDelaysSeconds: readonly number[];
  evaluatorTimeoutSeconds: number;
  /** Evaluators in flight; the queue holds what is more. */
  evaluatorConcurrency: number;
  /** How long the history of alarms is kept, delivered notifications among it; not under 15 days. */
  historyRetentionDays: number;
  /** How many alarms a project may have where no administrator has said; -1 for any number. */
  projectAlarmQuota: number;
  /** How many alarms a user may have, in all projects together; -1 for any number. */
  userAlarmQuota: number;
  /** How long a receiver of a webhook has for its answer; at most 10. */
  webhookTimeoutSeconds: number;
  /** Tries after which a webhook is given up. */
  webhookAttempts: number;
  /** Senders of webhooks in flight, for first tries and for further ones each. */
  webhookConcurrency: number;
  /** Ranges such as `10.1.0.0/16` that webhooks may reach although they are not public. */
  webhookAllowedRanges: readonly string[];
  /** ARNs of SNS topics, of Doctor's own region, that alarms of any project may have as actions. */
  actionTopics: readonly string[];
  /** Topics that the projects' notifications are spread over. AWS takes 200 filter policies on each. */
  notificationTopics: number;
  /** Subscriptions that a project may make. */
  subscriptionsPerProject: number;
  /** Wrong logins from one source on one user or credential; 0 for any number. */
  loginAttemptsPerUser: number;
  /** Wrong logins from one source, on all users together; 0 for any number. */
  loginAttemptsPerSource: number;
  /** From a first wrong login, until it and those after it are forgotten. */
  loginAttemptsWindowSeconds: number;
  /** Application credentials that a user may have; -1 for any number. */
  credentialsPerUser: number;
};

export const defaults: ServiceSettings = {
  publicUrl: '',
  corsAllowedOrigins: [],
  regionName: 'RegionOne',
  acceptAlarmsWithoutResourceId: true,
  serviceDownTimeSeconds: 60,
  instancesOnForceDown: 'stop',
  evacuationExecutor: 'none',
  safeLaneDelaySeconds: 5,
  finishDelaysSeconds: [5, 900],
  evaluatorTimeoutSeconds: 20,
  evaluatorConcurrency: 4,
  historyRetentionDays: 30,
  projectAlarmQuota: -1,
  userAlarmQuota: -1,
  webhookTimeoutSeconds: 5,
  webhookAttempts: 12,
  webhookConcurrency: 10,
  webhookAllowedRanges: [],
  actionTopics: [],
  notificationTopics: 1,
  subscriptionsPerProject: 20,
  loginAttemptsPerUser: 10,
  loginAttemptsPerSource: 300,
  loginAttemptsWindowSeconds: 900,
  credentialsPerUser: 100,
};

export const withDefaults = (given: Partial<ServiceSettings> = {}): ServiceSettings => ({
  ...defaults,
  ...given,
});

type Context = (name: string) => unknown;

/** A whole number, not negative. */
function number(name: string, given: unknown): number {
  const value = Number(given);
  if (given !== '' && Number.isInteger(value) && value >= 0) return value;
  throw new Error(`setting ${name} is not a whole number: ${given}`);
}

/** A number of things at most, or -1 for any number. */
const limit = (name: string, given: unknown): number =>
  String(given) === '-1' ? -1 : number(name, given);

/** SQS delays nothing for longer, and refuses a message that asks for it. */
const longestDelay = 900;

function delay(name: string, given: unknown): number {
  const seconds = number(name, given);
  if (seconds <= longestDelay) return seconds;
  throw new Error(`setting ${name} is more than ${longestDelay} seconds: ${given}`);
}

const between =
  (least: number, most: number) =>
  (name: string, given: unknown): number => {
    const value = number(name, given);
    if (value >= least && value <= most) return value;
    throw new Error(`setting ${name} is not between ${least} and ${most}: ${given}`);
  };

/** Items separated by commas; an empty text is an empty list. */
const items = (given: unknown): string[] =>
  String(given)
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

/** What clients take for the version of a service, wherever it stands in a URL's path. */
const versionLike = /v[0-9.]/i;

/**
 * The URL of the API, or nothing. gophercloud cuts the path of a service's URL at the first `v` with
 * a digit or dot behind it, so no such text may come before the service's own version.
 */
function address(name: string, given: unknown): string {
  const text = String(given);
  if (text === '') return text;
  if (!URL.canParse(text) || !/^https?:/.test(text)) {
    throw new Error(`setting ${name} is no URL: ${text}`);
  }
  const found = versionLike.exec(new URL(text).pathname);
  if (!found) return text;
  throw new Error(
    `setting ${name} has "${found[0]}" in its path, which clients take for a service's version: ${text}`,
  );
}

/** Origins of pages, separated by commas: scheme, host and port, or `*`. */
function origins(name: string, given: unknown): string[] {
  return items(given).map((origin) => {
    if (origin === '*') return origin;
    if (
      /^https?:[^*]+$/.test(origin) &&
      URL.canParse(origin) &&
      new URL(origin).origin === origin
    ) {
      return origin;
    }
    throw new Error(`setting ${name} holds no origin: ${origin}`);
  });
}

/** Ranges of addresses: `10.1.0.0/16,fd00::/8`. */
function ranges(name: string, given: unknown): string[] {
  return items(given).map((range) => {
    const [address = '', prefix = '', ...more] = range.split('/');
    const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
    if (/^\d+$/.test(prefix) && Number(prefix) <= most && more.length === 0) return range;
    throw new Error(`setting ${name} holds no range of addresses: ${range}`);
  });
}

/** ARNs of topics, separated by commas. */
function topics(name: string, given: unknown): string[] {
  return items(given).map((arn) => {
    if (/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/.test(arn)) return arn;
    throw new Error(`setting ${name} holds what is no topic's ARN: ${arn}`);
  });
}

function truth(name: string, given: unknown): boolean {
  if (String(given) === 'true') return true;
  if (String(given) === 'false') return false;
  throw new Error(`setting ${name} is neither true nor false: ${given}`);
}

/** Reads one of some words. */
const oneOf =
  <Word extends string>(...words: readonly Word[]) =>
  (name: string, given: unknown): Word => {
    const word = words.find((each) => each === given);
    if (word !== undefined) return word;
    throw new Error(`setting ${name} is not one of ${words.join(', ')}: ${given}`);
  };

/**
 * The settings that the CDK context gives, each under its own name: `-c regionName=eu-1`. Lists are
 * separated by commas. Throws at a value that cannot be meant.
 */
export function settingsFrom(context: Context): Partial<ServiceSettings> {
  const given = <T>(name: keyof ServiceSettings, read: (name: string, value: unknown) => T) => {
    const value = context(name);
    return value === undefined ? {} : { [name]: read(name, value) };
  };
  return {
    ...given('publicUrl', address),
    ...given('corsAllowedOrigins', origins),
    ...given('regionName', (_, value) => String(value)),
    ...given('acceptAlarmsWithoutResourceId', truth),
    ...given('serviceDownTimeSeconds', number),
    ...given('instancesOnForceDown', oneOf('stop', 'leave')),
    ...given('evacuationExecutor', oneOf('none', 'external')),
    ...given('safeLaneDelaySeconds', delay),
    ...given('finishDelaysSeconds', (name, value) =>
      String(value)
        .split(',')
        .map((part) => delay(name, part.trim())),
    ),
    ...given('evaluatorTimeoutSeconds', number),
    ...given('evaluatorConcurrency', number),
    ...given('historyRetentionDays', number),
    ...given('projectAlarmQuota', limit),
    ...given('userAlarmQuota', limit),
    ...given('webhookTimeoutSeconds', between(1, 10)),
    ...given('webhookAttempts', between(1, 100)),
    // Lambda's own limits.
    ...given('webhookConcurrency', between(2, 1000)),
    ...given('webhookAllowedRanges', ranges),
    ...given('actionTopics', topics),
    ...given('notificationTopics', between(1, 100)),
    ...given('subscriptionsPerProject', number),
    ...given('loginAttemptsPerUser', number),
    ...given('loginAttemptsPerSource', number),
    ...given('loginAttemptsWindowSeconds', between(1, 86_400)),
    ...given('credentialsPerUser', limit),
  };
}
