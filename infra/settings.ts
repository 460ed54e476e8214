/**
 * The settings of a deployment, one entry each: how it is read, its default, its meaning and the
 * variable that hands it to functions. Types, defaults, the reading of the CDK context, environments
 * and the reference are derived from this table.
 */
import * as z from 'zod';
import type { EnvName } from '../adapters/env.ts';
import { cloudSettings } from './cloud-settings.ts';
import { described, setting } from './setting.ts';
import {
  address,
  delay,
  delays,
  email,
  filledText,
  httpUrl,
  labelName,
  limit,
  namePrefix,
  oneOf,
  origins,
  ranges,
  secretName,
  sourceConcurrency,
  topicArns,
  truth,
  wholeNumber,
} from './setting-readers.ts';

const atLeastOne = wholeNumber({ least: 1 });

const Settings = z.object({
  publicUrl: setting(
    address.default(''),
    'the URL of the API for clients; empty: taken from each request. Its path must not contain a `v` that a digit or dot follows',
    'PUBLIC_URL',
  ),
  corsAllowedOrigins: setting(
    origins.default([]),
    'origins such as `https://console.example` whose pages may call the API from a browser, separated by commas; `*`: any origin',
    'CORS_ALLOWED_ORIGINS',
  ),
  regionName: setting(
    filledText.default('RegionOne'),
    "the region in the service catalogue, which is the clients' `OS_REGION_NAME`",
    'REGION_NAME',
  ),
  acceptAlarmsWithoutResourceId: setting(
    truth.default(true),
    '`false`: an alarm must name a resource, by attribute or by an `eq` condition',
    'ACCEPT_ALARMS_WITHOUT_RESOURCE_ID',
  ),
  serviceDownTimeSeconds: setting(
    wholeNumber().default(60),
    'a host that once sent a heartbeat is down when it has sent none for longer than this',
    'SERVICE_DOWN_TIME_SECONDS',
  ),
  reportMissedHeartbeats: setting(
    truth.default(false),
    '`true`: a host that must send heartbeats and sends none for `serviceDownTimeSeconds` is reported down by the source `heartbeat`',
    'REPORT_MISSED_HEARTBEATS',
  ),
  instancesOnForceDown: setting(
    oneOf('stop', 'leave').default('stop'),
    'what `os-services` does to the servers of a host that it forces down: `stop` stops them, `leave` changes nothing, as in Nova',
    'INSTANCES_ON_FORCE_DOWN',
  ),
  evacuationExecutor: setting(
    oneOf('none', 'external', 'openstack').default('none'),
    '`external`: another program moves the servers that are evacuated, and reports each outcome; `openstack`: Nova of the setting `cloud` moves them; `none`: Doctor only records the move, which is then done at once',
    'EVACUATION_EXECUTOR',
  ),
  cloudServersOnFault: setting(
    oneOf('leave', 'error').default('leave'),
    'with `cloud`: what happens in Nova to the servers of a failed host: `leave` changes nothing, `error` puts them in error, as the inspector of OPNFV Doctor does',
    'CLOUD_SERVERS_ON_FAULT',
  ),
  safeLaneDelaySeconds: setting(
    delay.default(5),
    'how long after an event its safe copy is sent; at most 900',
    'SAFE_LANE_DELAY_SECONDS',
  ),
  finishDelaysSeconds: setting(
    delays.default([5, 900]),
    "when a fault's servers and ports are checked again after its report, separated by commas; each at most 900",
    'FINISH_DELAYS_SECONDS',
  ),
  heldRequestsPerProject: setting(
    wholeNumber().default(5),
    'how many requests for changes (`GET /doctor/v1/changes`) of one project are held at once until something changes; further ones are answered at once, and their pages repeat them later',
    'HELD_REQUESTS_PER_PROJECT',
  ),
  heldRequests: setting(
    wholeNumber().default(20),
    'how many of them are held at once, of all projects together; less than `operationsConcurrency`, so that requests that are answered at once find room',
    'HELD_REQUESTS',
  ),
  operationsConcurrency: setting(
    atLeastOne.default(30),
    'how many requests of consoles and operators (changes, states, dead letters) run at once, held ones included, each with two concurrent reads of other functions; this concurrency is reserved, unless `reportConcurrency` is `0`',
  ),
  evaluatorTimeoutSeconds: setting(
    wholeNumber().default(20),
    'how long an evaluator may run',
    'EVALUATOR_TIMEOUT_SECONDS',
  ),
  evaluatorConcurrency: setting(
    wholeNumber().default(4),
    'evaluators of faults that run at once, at least 2; further messages wait in the queue',
  ),
  bulkConcurrency: setting(
    sourceConcurrency.default(2),
    "evaluators that run at once for each of the other queues of events: Doctor's own other changes, events from outside that report a failure, all other events, and alarms of whole projects that were deferred",
  ),
  timeoutConcurrency: setting(
    sourceConcurrency.default(8),
    'for alarms on events that do not come: the evaluators that run at once, and the transactions that each of them writes at once',
    'TIMEOUT_CONCURRENCY',
  ),
  historyRetentionDays: setting(
    wholeNumber().default(30),
    'how long the history of alarms is kept, with the delivered notifications; at least 15',
    'HISTORY_RETENTION_DAYS',
  ),
  projectAlarmQuota: setting(
    limit.default(10_000),
    'alarms that a project may have if no administrator has set its quota; `-1`: no limit',
    'PROJECT_ALARM_QUOTA',
  ),
  userAlarmQuota: setting(
    limit.default(-1),
    'alarms that a user may have, in all projects together; `-1`: no limit',
    'USER_ALARM_QUOTA',
  ),
  projectWideAlarmQuota: setting(
    limit.default(1_000),
    'alarms of a project that may name no resource, and so are evaluated for every event of a type or of the project; `-1`: no limit',
    'PROJECT_WIDE_ALARM_QUOTA',
  ),
  projectPeriodicAlarmQuota: setting(
    limit.default(1_000),
    'alarms of a project that may be evaluated every minute: those of the types `prometheus` and `composite`; `-1`: no limit',
    'PROJECT_PERIODIC_ALARM_QUOTA',
  ),
  prometheusUrl: setting(
    httpUrl.default(''),
    'the URL of the Prometheus that alarms of the types `prometheus` and `composite` query, without `/api/v1/query`; empty: none, and such queries are refused',
    'PROMETHEUS_URL',
  ),
  prometheusAuth: setting(
    oneOf('none', 'secret', 'sigv4').default('none'),
    'the credentials for `prometheusUrl`: `secret`: HTTP Basic or Bearer, by what `prometheusSecret` holds; `sigv4`: a signature of AWS, for Amazon Managed Service for Prometheus',
    'PROMETHEUS_AUTH',
  ),
  prometheusSecret: setting(
    secretName.default(''),
    'the name or ARN of a secret in Secrets Manager with `{"username", "password"}` or `{"token"}` in JSON, for `prometheusAuth=secret`',
    'PROMETHEUS_SECRET',
  ),
  prometheusTimeoutSeconds: setting(
    wholeNumber({ least: 1, most: 8 }).default(5),
    'how long Doctor waits for the answer to a query; at most 8',
    'PROMETHEUS_TIMEOUT_SECONDS',
  ),
  prometheusProjectLabel: setting(
    labelName.default('project_id'),
    'the label of series that names their project: the queries of callers who are not administrators read only series of their project',
    'PROMETHEUS_PROJECT_LABEL',
  ),
  periodicConcurrency: setting(
    sourceConcurrency.default(4),
    'how many evaluators of alarms that are evaluated every minute run at once; half as many, and at least two, for alarms whose queries are not answered in time',
  ),
  actionsPerAlarm: setting(
    wholeNumber({ most: 100 }).default(20),
    'actions that an alarm may have for each of its states; at most 100',
    'ACTIONS_PER_ALARM',
  ),
  timeConstraintsPerAlarm: setting(
    wholeNumber({ most: 100 }).default(20),
    'time constraints that an alarm may have; at most 100',
    'TIME_CONSTRAINTS_PER_ALARM',
  ),
  webhookTimeoutSeconds: setting(
    wholeNumber({ least: 1, most: 10 }).default(5),
    'how long Doctor waits for the answer of a webhook receiver; at most 10',
    'WEBHOOK_TIMEOUT_SECONDS',
  ),
  webhookAttempts: setting(
    wholeNumber({ least: 1, most: 100 }).default(12),
    'attempts after which a webhook is given up: 12 attempts take about half an hour',
    'WEBHOOK_ATTEMPTS',
  ),
  webhookConcurrency: setting(
    sourceConcurrency.default(10),
    'the largest number of webhook senders that run at once, for first attempts and for retries each',
  ),
  webhookPlacesPerProject: setting(
    wholeNumber({ least: 1, most: 100 }).default(4),
    'the largest number of senders of first attempts that work for one project at once, and of senders of retries; less than `webhookConcurrency`, so that other projects are served too',
    'WEBHOOK_PLACES',
  ),
  webhookPostsPerReceiver: setting(
    wholeNumber().default(600),
    'webhooks that are posted in a minute to one host and port, for all projects together, and half as many for one project; more wait for a later minute; `0`: no limit',
    'WEBHOOK_POSTS_PER_RECEIVER',
  ),
  webhookPostsPerProject: setting(
    wholeNumber().default(3_000),
    'webhooks of one project that are posted in a minute; more wait for a later minute; `0`: no limit',
    'WEBHOOK_POSTS_PER_PROJECT',
  ),
  webhookAllowedRanges: setting(
    ranges.default([]),
    'ranges such as `10.1.0.0/16,fd00::/8` that webhooks may reach although they are not public',
    'WEBHOOK_ALLOWED_RANGES',
  ),
  actionTopics: setting(
    topicArns.default([]),
    "ARNs of SNS topics in Doctor's region, separated by commas, that alarms of any project may have as actions",
    'ACTION_TOPICS',
  ),
  notificationTopics: setting(
    wholeNumber({ least: 1, most: 100 }).default(1),
    "topics that the projects' notifications are spread over; AWS takes 200 filter policies for each",
  ),
  silencesPerProject: setting(
    wholeNumber().default(50),
    'silences of a project that have not ended; the same number applies to the silences of administrators for hosts and for several projects',
    'SILENCES_PER_PROJECT',
  ),
  silenceLongestSeconds: setting(
    atLeastOne.default(2_592_000),
    'how long a silence may last, and how far ahead it may start; the default is 30 days',
    'SILENCE_LONGEST_SECONDS',
  ),
  alarmTestsPerProject: setting(
    wholeNumber().default(10),
    'tests of alarms that a project may make in a minute; further ones are refused; `0`: no limit',
    'ALARM_TESTS_PER_PROJECT',
  ),
  subscriptionsPerProject: setting(
    wholeNumber().default(20),
    'subscriptions that a project may make',
    'SUBSCRIPTIONS_PER_PROJECT',
  ),
  subscriptionCooldownSeconds: setting(
    wholeNumber({ most: 86_400 }).default(300),
    'how long after a request the same mail address or URL cannot be requested again, because SNS sends it a confirmation each time; `0`: no limit; at most 86400',
    'SUBSCRIPTION_COOLDOWN_SECONDS',
  ),
  subscriptionRequestsPerHour: setting(
    wholeNumber().default(60),
    'requests to subscribe mail addresses and URLs that a project may make in an hour; `0`: no limit',
    'SUBSCRIPTION_REQUESTS_PER_HOUR',
  ),
  loginAttemptsPerUser: setting(
    wholeNumber().default(10),
    'wrong logins from one source on one user or application credential, after which its logins are refused for a while; `0`: no limit',
    'LOGIN_ATTEMPTS_PER_USER',
  ),
  loginAttemptsPerSource: setting(
    wholeNumber().default(300),
    'wrong logins from one source, on all users together; `0`: no limit',
    'LOGIN_ATTEMPTS_PER_SOURCE',
  ),
  loginAttemptsWindowSeconds: setting(
    wholeNumber({ least: 1, most: 86_400 }).default(900),
    'how long after the first wrong login it is forgotten, together with those after it; at most 86400',
    'LOGIN_ATTEMPTS_WINDOW_SECONDS',
  ),
  passwordHashRounds: setting(
    wholeNumber({ least: 10, most: 17 }).default(15),
    'the cost of hashes of new passwords and chosen secrets, as the binary logarithm of N of scrypt; one more takes twice the time. Values below 15 are for tests only; 10 to 17',
    'PASSWORD_HASH_ROUNDS',
  ),
  credentialsPerUser: setting(
    limit.default(100),
    'application credentials that a user may have; `-1`: no limit',
    'CREDENTIALS_PER_USER',
  ),
  cloudWatchAlarmPrefix: setting(
    namePrefix.default('doctor'),
    'CloudWatch alarms of the account and region whose names begin with this text report hosts; empty: none do',
  ),
  cloudWatchTopicArns: setting(
    topicArns.default([]),
    'SNS topics of the account and region, separated by commas, to which CloudWatch alarms that report hosts publish; empty: none',
  ),
  inventoryFromEvents: setting(
    truth.default(false),
    '`true`: events `compute.instance.*` and `port.*` from outside register, change and delete servers and ports',
  ),
  ...cloudSettings,
  requestsPerSecond: setting(
    atLeastOne.default(1000),
    'how many requests a second API Gateway accepts for each surface, of all callers together; further ones are answered with 503',
  ),
  requestBurst: setting(
    atLeastOne.default(2000),
    'how many requests for a surface may arrive at once before `requestsPerSecond` limits them',
  ),
  loginsPerSecond: setting(
    atLeastOne.default(20),
    'the same as `requestsPerSecond` for logins, each of which takes a quarter of a second of CPU time',
  ),
  loginBurst: setting(atLeastOne.default(40), 'the same as `requestBurst` for logins'),
  reportConcurrency: setting(
    wholeNumber().default(100),
    'how many requests run at once in each of the functions that take reports (`HostReports`, `network`, `doctor` and `monitors`): this concurrency is reserved for each of them, and no more requests run; the functions that handle faults after them get reservations too. `0` reserves nothing',
  ),
  tenantConcurrency: setting(
    atLeastOne.default(100),
    'how many requests run at once in each of `compute` (without reports of hosts) and `alarming`, reserved in the same way: so that these use up no concurrency that logins need',
  ),
  accountConcurrency: setting(
    atLeastOne.default(1000),
    'the account\'s Lambda quota "Concurrent executions" in the region, against which reservations are checked at synth; a new account may have 10',
  ),
  alarmEmail: setting(
    email.default(''),
    'the address that gets a mail for every CloudWatch alarm on AWS, once it is confirmed; empty: no mail',
  ),
});

/** What an operator may choose at deploy time. */
export type ServiceSettings = Readonly<z.infer<typeof Settings>>;

/** The settings of a deployment that chooses none. */
export const defaults: ServiceSettings = Settings.parse({});

const names = Settings.keyof().options;

type SettingName = keyof ServiceSettings;

const variableOf = (name: SettingName): EnvName | undefined =>
  described.get(Settings.shape[name])?.variable;

/** A setting as the reference shows it. */
export type SettingRow = {
  readonly name: string;
  /** As text, which `-c name=text` would take; empty for an empty text or list. */
  readonly default: string;
  /** One sentence of Markdown. */
  readonly means: string;
  /** The environment variable of the functions that get the setting. */
  readonly variable: EnvName | undefined;
};

/** All settings in their order, for the reference. */
export const settingRows: readonly SettingRow[] = names.map((name) => ({
  name,
  default: String(defaults[name]),
  means: described.get(Settings.shape[name])?.means ?? '',
  variable: variableOf(name),
}));

/**
 * Reads all settings from the CDK context, each under its own name: `-c regionName=eu-1`. A setting
 * that the context does not have is its default.
 * @throws Error that names the setting and says what is wrong with its value.
 */
export function settingsFrom(context: (name: string) => unknown): ServiceSettings {
  const given = Object.fromEntries(names.map((name) => [name, context(name)]));
  const { data, error } = Settings.safeParse(given);
  if (data && data.oidcIssuer !== '' && data.oidcAudience === '') {
    throw new Error('setting oidcAudience is empty, and oidcIssuer is not');
  }
  if (data) return data;
  const complaints = error.issues.map(({ path: [name = '', item], message }) => {
    const place = item === undefined ? '' : `, item ${Number(item) + 1},`;
    return `setting ${String(name)}${place} ${message}: ${given[String(name)]}`;
  });
  throw new Error(complaints.join('\n'));
}

/** The settings, those that are not given as their defaults. */
export const withDefaults = (given: Partial<ServiceSettings> = {}): ServiceSettings => ({
  ...defaults,
  ...given,
});

/**
 * The environment variables of some settings; lists are separated by commas.
 * @throws Error for a setting that functions do not get.
 */
export const variablesOf = (settings: ServiceSettings, ...chosen: SettingName[]) =>
  Object.fromEntries(
    chosen.map((name) => {
      const variable = variableOf(name);
      if (variable === undefined) throw new Error(`setting ${name} has no variable`);
      return [variable, String(settings[name])];
    }),
  );
