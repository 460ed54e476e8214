import { randomUUID } from 'node:crypto';
import type { Logger } from '@aws-lambda-powertools/logger';
import { faultFirings } from '../../adapters/alarms/fault-firings.ts';
import type { Clients } from '../../adapters/clients.ts';
import { cloudJobs } from '../../adapters/cloud/cloud-jobs.ts';
import { laterTopicSubscriptions } from '../../adapters/delivery/later-topic-subscriptions.ts';
import { subscriptionStore } from '../../adapters/delivery/subscriptions.ts';
import { webhookKeys } from '../../adapters/delivery/webhook-keys.ts';
import {
  amount,
  type Env,
  environment,
  optionalText,
  readEnv,
  required,
  topicArns,
} from '../../adapters/env.ts';
import { ownEvents, ownEventVariables } from '../../adapters/event-lanes.ts';
import { affectedStore } from '../../adapters/hosts/affected.ts';
import { faultStore } from '../../adapters/hosts/faults.ts';
import { hostStore } from '../../adapters/hosts/hosts.ts';
import { rosterReader } from '../../adapters/hosts/roster.ts';
import { makeAuthenticate } from '../../adapters/http/authenticate.ts';
import { makeMonitorLogin } from '../../adapters/http/basic.ts';
import { addressOf, surfaceVariables } from '../../adapters/http/surface-variables.ts';
import { attemptStore } from '../../adapters/identity/attempts.ts';
import {
  authenticationVariables,
  makeAuthentication,
} from '../../adapters/identity/authentication.ts';
import { connectIssuers, otherIssuerVariables } from '../../adapters/identity/connect-issuers.ts';
import { projectWriter } from '../../adapters/identity/directory.ts';
import { hashPassword, isPassword } from '../../adapters/identity/passwords.ts';
import { userStore } from '../../adapters/identity/users.ts';
import { interruptions } from '../../adapters/interruptions.ts';
import { dataPlaneStore } from '../../adapters/ports/data-planes.ts';
import { portReader } from '../../adapters/ports/port-reader.ts';
import { portChanges } from '../../adapters/ports/port-saves.ts';
import { cloudJobQueue } from '../../adapters/queues/cloud-jobs.ts';
import { deadLetters } from '../../adapters/queues/dead-letters.ts';
import { eventQueues } from '../../adapters/queues/events.ts';
import { inventoryQueue } from '../../adapters/queues/inventory.ts';
import { secretText } from '../../adapters/secrets.ts';
import { departureStore } from '../../adapters/servers/departures.ts';
import { instanceStore } from '../../adapters/servers/instances.ts';
import { moveClaims } from '../../adapters/servers/move-claims.ts';
import type { CloudJobName } from '../../domain/mirror/cloud-job.ts';
import { compose } from './compose.ts';

/** The variables that `infra/doctor.ts` sets. */
export const Environment = environment({
  ...surfaceVariables,
  ...otherIssuerVariables,
  ...authenticationVariables,
  ...ownEventVariables,
  URGENT_QUEUE_URL: required,
  BULK_QUEUE_URL: required,
  BULK_DLQ_URL: required,
  INVENTORY_QUEUE_URL: optionalText,
  HOSTS_TABLE: required,
  ROSTER_TABLE: required,
  FAULTS_TABLE: required,
  AFFECTED_TABLE: required,
  HISTORY_TABLE: required,
  INSTANCES_TABLE: required,
  MIGRATIONS_TABLE: required,
  PORTS_TABLE: required,
  SUBSCRIPTIONS_TABLE: required,
  NOTIFICATIONS_TOPIC_ARNS: topicArns,
  GROUPS_TOPIC_ARNS: topicArns,
  QUOTAS_TABLE: required,
  SUBSCRIPTIONS_PER_PROJECT: amount,
  SUBSCRIPTION_COOLDOWN_SECONDS: amount,
  SUBSCRIPTION_REQUESTS_PER_HOUR: amount,
  WEBHOOK_SECRET_ARN: required,
  SAFE_LANE_DELAY_SECONDS: amount,
  SERVICE_DOWN_TIME_SECONDS: amount,
  CLOUD_TABLE: optionalText,
  MIRROR_QUEUE_URL: optionalText,
});

type DoctorEnv = ReturnType<(typeof Environment)['parse']>;
type DoctorClients = Pick<Clients, 'dynamo' | 'sqs' | 'secrets'> & {
  /** Makes the client of SNS. */
  readonly sns: () => Promise<Clients['sns']>;
};

/** Doctor's own surface on the tables, queues, topics and secrets that the variables name. */
export function connect(variables: Env, clients: DoctorClients, logger: Logger) {
  const env = readEnv(Environment, variables);
  return compose({
    ...addressOf(env),
    ...identityOf(env, clients, logger),
    ...storesOf(env, clients),
    ...queuesOf(env, clients),
    ...subscriptionsOf(env, clients),
    cloudMirror: cloudMirrorOf(env, clients),
    interrupted: interruptions(logger),
    logger,
    newId: randomUUID,
    now: () => new Date().toISOString(),
    besideCloud: env.CLOUD_SECRET !== '',
    serviceDownTimeSeconds: env.SERVICE_DOWN_TIME_SECONDS,
    safeLaneDelaySeconds: env.SAFE_LANE_DELAY_SECONDS,
  });
}

/** Users, their projects, and the check of callers' tokens and passwords. */
function identityOf(env: DoctorEnv, { dynamo, secrets }: DoctorClients, logger: Logger) {
  const { accounts, sessions, logins } = makeAuthentication(env, { dynamo, secrets });
  return {
    authenticate: makeAuthenticate({
      ...sessions,
      monitor: makeMonitorLogin({ ...logins, ...sessions }),
      others: connectIssuers(env, { dynamo, secrets }, logger),
    }),
    account: accounts.get,
    users: userStore(dynamo, { identity: env.IDENTITY_TABLE, validity: env.VALIDITY_TABLE }),
    makeProjects: projectWriter(dynamo, env.IDENTITY_TABLE),
    hashPassword: (password: string) => hashPassword(password, env.PASSWORD_HASH_ROUNDS),
    isPassword,
  };
}

/** Hosts, servers, ports and faults. */
function storesOf(env: DoctorEnv, { dynamo }: DoctorClients) {
  const tables = {
    hosts: env.HOSTS_TABLE,
    roster: env.ROSTER_TABLE,
    instances: env.INSTANCES_TABLE,
    migrations: env.MIGRATIONS_TABLE,
    ports: env.PORTS_TABLE,
    faults: env.FAULTS_TABLE,
  };
  return {
    ...hostStore(dynamo, tables),
    ...rosterReader(dynamo, env.ROSTER_TABLE),
    ...instanceStore(dynamo, tables),
    ...departureStore(dynamo, tables.migrations),
    ...moveClaims(dynamo, tables.migrations),
    ...portReader(dynamo, tables.ports),
    ...portChanges(dynamo, tables),
    ...dataPlaneStore(dynamo, tables),
    ...faultStore(dynamo, tables.faults),
    ...affectedStore(dynamo, env.AFFECTED_TABLE),
    ...faultFirings(dynamo, env.HISTORY_TABLE),
  };
}

/** The jobs that mirror the cloud; undefined without one. */
function cloudMirrorOf(env: DoctorEnv, { dynamo, sqs }: DoctorClients) {
  if (env.MIRROR_QUEUE_URL === '') return undefined;
  const { sendJobs } = cloudJobQueue(sqs, env.MIRROR_QUEUE_URL);
  return {
    ...cloudJobs(dynamo, env.CLOUD_TABLE),
    sendJob: (job: CloudJobName) =>
      sendJobs([{ message: { job, due_at: new Date().toISOString() }, delaySeconds: 0 }]),
  };
}

/** The queues of events: of Doctor's own changes, from outside, and of those that cannot be read. */
function queuesOf(env: DoctorEnv, { sqs }: DoctorClients) {
  const own = ownEvents(sqs, env);
  const outside = eventQueues(sqs, { urgent: env.URGENT_QUEUE_URL, bulk: env.BULK_QUEUE_URL });
  return {
    send: own.sendEvents,
    sendOutside: outside.sendEvents,
    ...(env.INVENTORY_QUEUE_URL !== '' && inventoryQueue(sqs, env.INVENTORY_QUEUE_URL)),
    ...deadLetters(sqs, env.BULK_DLQ_URL),
  };
}

/** Subscriptions, the topics that they are made to, and the keys of webhooks. */
function subscriptionsOf(env: DoctorEnv, { dynamo, sns, secrets }: DoctorClients) {
  return {
    ...subscriptionStore(dynamo, {
      subscriptions: env.SUBSCRIPTIONS_TABLE,
      quotas: env.QUOTAS_TABLE,
    }),
    ...laterTopicSubscriptions(sns),
    ...webhookKeys(secretText(secrets, env.WEBHOOK_SECRET_ARN)),
    topics: { notifications: env.NOTIFICATIONS_TOPIC_ARNS, groups: env.GROUPS_TOPIC_ARNS },
    mostPerProject: env.SUBSCRIPTIONS_PER_PROJECT,
    ...subscriptionRequests(env, dynamo),
  };
}

/** The counters of requests to SNS, beside those of logins: with names that no login has. */
function subscriptionRequests(env: DoctorEnv, dynamo: DoctorClients['dynamo']) {
  const cooldownSeconds = env.SUBSCRIPTION_COOLDOWN_SECONDS;
  const counters = (perSource: number, windowSeconds: number) =>
    attemptStore(dynamo, {
      table: env.ATTEMPTS_TABLE,
      limits: { perUser: 0, perSource, windowSeconds },
    });
  const ofEndpoint = counters(cooldownSeconds === 0 ? 0 : 1, cooldownSeconds);
  const ofProject = counters(env.SUBSCRIPTION_REQUESTS_PER_HOUR, 3600);
  return {
    cooldownSeconds,
    countRequestOf: {
      endpoint: (id: string) => ofEndpoint.begin('', `subscription#${id}`),
      project: (id: string) => ofProject.begin('', `subscriptions-of#${id}`),
    },
  };
}
