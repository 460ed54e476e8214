import { randomUUID } from 'node:crypto';
import type { Logger } from '@aws-lambda-powertools/logger';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SNSClient } from '@aws-sdk/client-sns';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { subscriptionStore } from '../../adapters/delivery/subscriptions.ts';
import { topicSubscriptions } from '../../adapters/delivery/topic-subscriptions.ts';
import { webhookKeys } from '../../adapters/delivery/webhook-keys.ts';
import { amount, type Env, list, optional, required, requiredList } from '../../adapters/env.ts';
import { ownEvents } from '../../adapters/event-lanes.ts';
import { affectedStore } from '../../adapters/hosts/affected.ts';
import { faultStore } from '../../adapters/hosts/faults.ts';
import { hostStore } from '../../adapters/hosts/hosts.ts';
import { makeAuthenticate } from '../../adapters/http/authenticate.ts';
import { makeMonitorLogin } from '../../adapters/http/basic.ts';
import { makeAuthentication } from '../../adapters/identity/authentication.ts';
import { projectWriter } from '../../adapters/identity/directory.ts';
import { hashPassword, isPassword } from '../../adapters/identity/passwords.ts';
import { userStore } from '../../adapters/identity/users.ts';
import { interruptions } from '../../adapters/interruptions.ts';
import { dataPlaneStore } from '../../adapters/ports/data-planes.ts';
import { portChanges, portReader } from '../../adapters/ports/ports.ts';
import { deadLetters, eventQueues } from '../../adapters/queues.ts';
import { secretText } from '../../adapters/secrets.ts';
import { instanceStore } from '../../adapters/servers/instances.ts';
import { departureStore } from '../../adapters/servers/migrations.ts';
import type { DoctorEvent } from '../../domain/events/event.ts';
import { laneOf } from '../../domain/events/event-lane.ts';
import { stateOf } from '../../domain/hosts/host.ts';
import { reportEvacuation } from '../../flows/evacuate.ts';
import { spellingOf } from '../../flows/host-spelling.ts';
import { noteHeartbeat } from '../../flows/note-heartbeat.ts';
import { readServers } from '../../flows/read-servers.ts';
import { deleteInstance, registerHost, registerInstance } from '../../flows/register.ts';
import { reportDataPlane } from '../../flows/report-data-plane.ts';
import { doctorApi } from './handler.ts';

export type Clients = {
  readonly dynamo: DynamoDBDocumentClient;
  readonly sqs: SQSClient;
  readonly sns: SNSClient;
  readonly secrets: SecretsManagerClient;
};

export function wire(env: Env, { dynamo, sqs, sns, secrets }: Clients, logger: Logger) {
  const { accounts, sessions, logins } = makeAuthentication(env, { dynamo, secrets });
  const identity = required(env, 'IDENTITY_TABLE');
  const users = userStore(dynamo, { identity, validity: required(env, 'VALIDITY_TABLE') });
  const subscriptions = subscriptionStore(dynamo, required(env, 'SUBSCRIPTIONS_TABLE'));
  const topics = topicSubscriptions(sns);
  const queue = ownEvents(sqs, env);
  const outside = eventQueues(sqs, {
    urgent: required(env, 'URGENT_QUEUE_URL'),
    bulk: required(env, 'BULK_QUEUE_URL'),
  });
  const delaySeconds = amount(env, 'SAFE_LANE_DELAY_SECONDS', 5);
  const serviceDownTimeSeconds = amount(env, 'SERVICE_DOWN_TIME_SECONDS', 60);
  const now = () => new Date().toISOString();
  const tables = {
    hosts: required(env, 'HOSTS_TABLE'),
    instances: required(env, 'INSTANCES_TABLE'),
    migrations: required(env, 'MIGRATIONS_TABLE'),
    ports: required(env, 'PORTS_TABLE'),
    faults: required(env, 'FAULTS_TABLE'),
  };
  const flow = {
    ...hostStore(dynamo, tables.hosts),
    ...instanceStore(dynamo, tables),
    ...departureStore(dynamo, tables.migrations),
    send: (events: readonly DoctorEvent[]) => queue.sendEvents(events),
    interrupted: interruptions(logger),
    newId: randomUUID,
  };
  const ports = portReader(dynamo, tables.ports);
  const dataPlanes = {
    ...flow,
    ...ports,
    ...portChanges(dynamo, tables),
    ...dataPlaneStore(dynamo, tables),
    portsOn: (host: string) => ports.portIds({ index: 'byHost', value: host }),
    isHost: async (name: string) => (await flow.host(name))?.deleted === false,
  };
  return doctorApi({
    host: flow.host,
    reportDataPlane: async (report) =>
      reportDataPlane(dataPlanes, { ...report, host: await spellingOf(flow, report.host) }),
    seen: async (uuid) => (await readServers(flow, [uuid]))[0]?.instance,
    stateOf: (host) => stateOf(host, { now: now(), serviceDownTimeSeconds }),
    noteHeartbeat: (host, heard) => noteHeartbeat(flow, host, heard),
    reportEvacuation: (uuid, report, actor) => reportEvacuation(flow, uuid, report, actor),
    registerHost: (host, registration) => registerHost(flow, host, registration),
    registerInstance: (uuid, registration) => registerInstance(flow, uuid, registration),
    deleteInstance: (uuid, when) => deleteInstance(flow, uuid, when),
    sendTwice: async (events) => {
      const ranked = [...Map.groupBy(events, laneOf)];
      await Promise.all(
        ranked.flatMap(([lane, some]) => [
          outside.sendEvents(some, { lane }),
          outside.sendEvents(some, { lane, delaySeconds }),
        ]),
      );
    },
    deadLetter: deadLetters(sqs, required(env, 'BULK_DLQ_URL')).bury,
    ...faultStore(dynamo, tables.faults),
    ...affectedStore(dynamo, required(env, 'AFFECTED_TABLE')),
    subscribing: {
      ...subscriptions,
      ...topics,
      topics: requiredList(env, 'NOTIFICATIONS_TOPIC_ARNS'),
      mostPerProject: amount(env, 'SUBSCRIPTIONS_PER_PROJECT', 20),
      now,
    },
    subscriptions: subscriptions.subscriptions,
    statusOf: topics.statusOf,
    ...webhookKeys(secretText(secrets, required(env, 'WEBHOOK_SECRET_ARN'))),
    account: accounts.get,
    users,
    newId: randomUUID,
    makeProjects: projectWriter(dynamo, identity),
    hashPassword,
    isPassword,
    authenticate: makeAuthenticate({
      verify: sessions.verify,
      monitor: makeMonitorLogin({ ...logins, ...sessions }),
    }),
    publicUrl: optional(env, 'PUBLIC_URL', ''),
    allowedOrigins: list(env, 'CORS_ALLOWED_ORIGINS'),
    logger,
    now,
  });
}
