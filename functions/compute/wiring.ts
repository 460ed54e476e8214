import type { Logger } from '@aws-lambda-powertools/logger';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { amount, type Env, oneOf, optional, required } from '../../adapters/env.ts';
import { hostStore, reportStore } from '../../adapters/hosts.ts';
import { makeAuthenticate } from '../../adapters/http/authenticate.ts';
import { instanceStore } from '../../adapters/instances.ts';
import { interruptions } from '../../adapters/interruptions.ts';
import { eventQueue } from '../../adapters/queues.ts';
import { secretText } from '../../adapters/secrets.ts';
import { makeTokens } from '../../adapters/tokens.ts';
import { stateOf } from '../../domain/host.ts';
import { changeServer } from '../../flows/change-server.ts';
import { readServers } from '../../flows/read-servers.ts';
import { deleteHost, deleteInstance } from '../../flows/register.ts';
import { updateService } from '../../flows/update-service.ts';
import { createHandler } from './handler.ts';

export type Clients = {
  readonly dynamo: DynamoDBDocumentClient;
  readonly sqs: SQSClient;
  readonly secrets: SecretsManagerClient;
};

/** The compute surface on real tables and queues; `index.ts` gives it AWS, crash tests clients that fail. */
export function wire(env: Env, { dynamo, sqs, secrets }: Clients, logger: Logger) {
  const table = required(env, 'HOSTS_TABLE');
  const hosts = hostStore(dynamo, table);
  const reports = reportStore(dynamo, { hosts: table, faults: required(env, 'FAULTS_TABLE') });
  const instances = instanceStore(dynamo, required(env, 'INSTANCES_TABLE'));
  const queue = eventQueue(sqs, required(env, 'EVENT_QUEUE_URL'));
  const serviceDownTimeSeconds = amount(env, 'SERVICE_DOWN_TIME_SECONDS', 60);
  const now = () => new Date().toISOString();
  const flow = {
    ...hosts,
    ...reports,
    ...instances,
    send: (events: Parameters<typeof queue.sendEvents>[0]) => queue.sendEvents(events),
    interrupted: interruptions(logger),
  };
  const allSeen = (uuids: readonly string[], also?: { readonly deleted: boolean }) =>
    readServers(flow, uuids, also);
  return createHandler({
    ...hosts,
    listed: instances.listed,
    changedBetween: instances.changedBetween,
    instancesOn: instances.instancesOn,
    allSeen,
    seen: async (uuid) => (await allSeen([uuid]))[0],
    changeServer: (uuid, decide) => changeServer(flow, uuid, decide),
    stateOf: (host) => stateOf(host, { now: now(), serviceDownTimeSeconds }),
    deleteInstance: (uuid, told) => deleteInstance(flow, uuid, told),
    updateService: (change, by) => updateService(flow, change, by),
    forceDownLeavesInstances: oneOf(env, 'INSTANCES_ON_FORCE_DOWN', ['stop', 'leave']) === 'leave',
    deleteHost: (name, actor) => deleteHost(flow, name, actor),
    authenticate: makeAuthenticate(
      makeTokens(secretText(secrets, required(env, 'SIGNING_SECRET_ARN'))),
    ),
    publicUrl: optional(env, 'PUBLIC_URL', ''),
    logger,
    now,
  });
}
