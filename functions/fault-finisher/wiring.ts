import type { Logger } from '@aws-lambda-powertools/logger';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type Env, required } from '../../adapters/env.ts';
import { ownEvents } from '../../adapters/event-lanes.ts';
import { hostReader } from '../../adapters/hosts/hosts.ts';
import { interruptions } from '../../adapters/interruptions.ts';
import { portChanges, portReader, portSaves } from '../../adapters/ports/ports.ts';
import { instanceStore } from '../../adapters/servers/instances.ts';
import { finishDataPlane } from '../../flows/apply-data-plane.ts';
import { applyFault } from '../../flows/apply-fault.ts';
import { notifyOwners } from '../../flows/notify-owners.ts';
import { takePortsAlong } from '../../flows/take-ports-along.ts';
import { createHandler } from './handler.ts';

export type Clients = { readonly dynamo: DynamoDBDocumentClient; readonly sqs: SQSClient };

export function wire(env: Env, { dynamo, sqs }: Clients, logger: Logger) {
  const queue = ownEvents(sqs, env);
  const tables = {
    hosts: required(env, 'HOSTS_TABLE'),
    instances: required(env, 'INSTANCES_TABLE'),
    migrations: required(env, 'MIGRATIONS_TABLE'),
    ports: required(env, 'PORTS_TABLE'),
  };
  const ports = portReader(dynamo, tables.ports);
  const deps = {
    ...instanceStore(dynamo, tables),
    ...ports,
    ...portChanges(dynamo, tables),
    ...portSaves(dynamo, tables),
    // No port gets another MAC address here.
    freeAbandonedMac: async () => false,
    now: () => new Date().toISOString(),
    portsOn: (host: string) => ports.portIds({ index: 'byHost', value: host }),
    send: (events: Parameters<typeof queue.sendEvents>[0]) => queue.sendEvents(events),
    interrupted: interruptions(logger),
  };
  return createHandler({
    ...hostReader(dynamo, tables.hosts),
    applyFault: (host) => applyFault(deps, host),
    tellOwners: (notice) => notifyOwners(deps, notice),
    takePortsAlong: (departed) => takePortsAlong(deps, departed),
    dataPlane: ports.dataPlane,
    applyDataPlane: (plane) => finishDataPlane(deps, plane),
    log: logger,
  });
}
