import { randomUUID } from 'node:crypto';
import type { Logger } from '@aws-lambda-powertools/logger';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { amount, type Env, list, oneOf, optional, required } from '../../adapters/env.ts';
import { ownEvents } from '../../adapters/event-lanes.ts';
import { hostStore } from '../../adapters/hosts/hosts.ts';
import { reportStore } from '../../adapters/hosts/reports.ts';
import { makeAuthenticate } from '../../adapters/http/authenticate.ts';
import { makeSessions } from '../../adapters/identity/sessions.ts';
import { makeTokens } from '../../adapters/identity/tokens.ts';
import { validityStore } from '../../adapters/identity/validity.ts';
import { interruptions } from '../../adapters/interruptions.ts';
import { secretText } from '../../adapters/secrets.ts';
import { instanceStore } from '../../adapters/servers/instances.ts';
import { departureStore, migrationStore } from '../../adapters/servers/migrations.ts';
import { type Host, stateOf } from '../../domain/hosts/host.ts';
import { executors } from '../../domain/servers/evacuation.ts';
import { changeServer } from '../../flows/change-server.ts';
import { makeTargets } from '../../flows/choose-target.ts';
import { evacuate } from '../../flows/evacuate.ts';
import { readServers } from '../../flows/read-servers.ts';
import { deleteHost, deleteInstance } from '../../flows/register.ts';
import { updateService } from '../../flows/update-service.ts';
import { createHandler } from './handler.ts';
import { imageApi } from './images.ts';
import { bySurface } from './surfaces.ts';

export type Clients = {
  readonly dynamo: DynamoDBDocumentClient;
  readonly sqs: SQSClient;
  readonly secrets: SecretsManagerClient;
};

/** The compute and image surfaces on real tables and queues; `index.ts` gives it AWS, crash tests clients that fail. */
export function wire(env: Env, { dynamo, sqs, secrets }: Clients, logger: Logger) {
  const tables = {
    hosts: required(env, 'HOSTS_TABLE'),
    faults: required(env, 'FAULTS_TABLE'),
    instances: required(env, 'INSTANCES_TABLE'),
    migrations: required(env, 'MIGRATIONS_TABLE'),
  };
  const hosts = hostStore(dynamo, tables.hosts);
  const instances = instanceStore(dynamo, tables);
  const migrations = migrationStore(dynamo, tables.migrations);
  const queue = ownEvents(sqs, env);
  const tokens = makeTokens(secretText(secrets, required(env, 'SIGNING_SECRET_ARN')));
  const validity = validityStore(dynamo, required(env, 'VALIDITY_TABLE'));
  const serviceDownTimeSeconds = amount(env, 'SERVICE_DOWN_TIME_SECONDS', 60);
  const now = () => new Date().toISOString();
  const state = (host: Host) => stateOf(host, { now: now(), serviceDownTimeSeconds });
  const flow = {
    ...hosts,
    ...reportStore(dynamo, tables),
    ...instances,
    ...departureStore(dynamo, tables.migrations),
    send: (events: Parameters<typeof queue.sendEvents>[0]) => queue.sendEvents(events),
    interrupted: interruptions(logger),
  };
  const evacuation = {
    ...flow,
    ...migrations,
    stateOf: state,
    targets: makeTargets({ ...hosts, ...instances, stateOf: state, clock: Date.now }),
    executor: oneOf(env, 'EVACUATION_EXECUTOR', executors),
    newId: randomUUID,
  };
  const allSeen = (uuids: readonly string[], also?: { readonly deleted: boolean }) =>
    readServers(flow, uuids, also);
  const shared = {
    authenticate: makeAuthenticate(makeSessions(tokens, validity)),
    publicUrl: optional(env, 'PUBLIC_URL', ''),
    allowedOrigins: list(env, 'CORS_ALLOWED_ORIGINS'),
    logger,
  };
  const compute = createHandler({
    ...shared,
    ...hosts,
    ...migrations,
    listed: instances.listed,
    changedBetween: instances.changedBetween,
    instancesOn: instances.instancesOn,
    allSeen,
    seen: async (uuid) => (await allSeen([uuid]))[0],
    changeServer: (uuid, decide) => changeServer(flow, uuid, decide),
    evacuate: (uuid, evacuating) => evacuate(evacuation, uuid, evacuating),
    stateOf: state,
    deleteInstance: (uuid, told) => deleteInstance(flow, uuid, told),
    updateService: (change, by) => updateService(flow, change, by),
    forceDownLeavesInstances: oneOf(env, 'INSTANCES_ON_FORCE_DOWN', ['stop', 'leave']) === 'leave',
    deleteHost: (name, actor) => deleteHost(flow, name, actor),
    now,
  });
  return bySurface({ compute, image: imageApi(shared) });
}
