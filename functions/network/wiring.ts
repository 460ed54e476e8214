import { randomBytes, randomUUID } from 'node:crypto';
import type { Logger } from '@aws-lambda-powertools/logger';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type Env, list, optional, required } from '../../adapters/env.ts';
import { ownEvents } from '../../adapters/event-lanes.ts';
import { makeAuthenticate } from '../../adapters/http/authenticate.ts';
import { makeSessions } from '../../adapters/identity/sessions.ts';
import { makeTokens } from '../../adapters/identity/tokens.ts';
import { validityStore } from '../../adapters/identity/validity.ts';
import { interruptions } from '../../adapters/interruptions.ts';
import { networkStore } from '../../adapters/ports/networks.ts';
import { portStore } from '../../adapters/ports/ports.ts';
import { secretText } from '../../adapters/secrets.ts';
import type { DoctorEvent } from '../../domain/events/event.ts';
import { changeNetwork, createNetwork, deleteNetwork } from '../../flows/change-network.ts';
import { changePort } from '../../flows/change-port.ts';
import { createPorts } from '../../flows/create-ports.ts';
import { readPorts } from '../../flows/read-ports.ts';
import { networkApi } from './handler.ts';

export type Clients = {
  readonly dynamo: DynamoDBDocumentClient;
  readonly sqs: SQSClient;
  readonly secrets: SecretsManagerClient;
};

/** OpenStack's own prefix of MAC addresses. Source: neutron `conf/common.py`, `base_mac`. */
const macPrefix = 'fa:16:3e';

const newMac = (): string =>
  [macPrefix, ...[...randomBytes(3)].map((byte) => byte.toString(16).padStart(2, '0'))].join(':');

export function wire(env: Env, { dynamo, sqs, secrets }: Clients, logger: Logger) {
  const tokens = makeTokens(secretText(secrets, required(env, 'SIGNING_SECRET_ARN')));
  const validity = validityStore(dynamo, required(env, 'VALIDITY_TABLE'));
  const queue = ownEvents(sqs, env);
  const networks = required(env, 'NETWORKS_TABLE');
  const flow = {
    ...portStore(dynamo, { ports: required(env, 'PORTS_TABLE'), networks }),
    send: (events: readonly DoctorEvent[]) => queue.sendEvents(events),
    interrupted: interruptions(logger),
    newMac,
  };
  const registry = networkStore(dynamo, networks);
  return networkApi({
    authenticate: makeAuthenticate(makeSessions(tokens, validity)),
    publicUrl: optional(env, 'PUBLIC_URL', ''),
    allowedOrigins: list(env, 'CORS_ALLOWED_ORIGINS'),
    logger,
    portIds: flow.portIds,
    readPorts: (ids) => readPorts(flow, ids),
    createPorts: (wanted) => createPorts(flow, wanted),
    changePort: (id, decide) => changePort(flow, id, decide),
    networks: registry.networks,
    networksOf: registry.networksOf,
    createNetwork: (network) => createNetwork(registry, network),
    changeNetwork: (id, decide) => changeNetwork(registry, id, decide),
    deleteNetwork: (network, judge) => deleteNetwork({ ...flow, ...registry }, network, judge),
    now: () => new Date().toISOString(),
    newId: randomUUID,
    newMac,
  });
}
