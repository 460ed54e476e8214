import { randomUUID } from 'node:crypto';
import type { Logger } from '@aws-lambda-powertools/logger';
import type { Clients } from '../../adapters/clients.ts';
import { holdsStore } from '../../adapters/conditions/conditions.ts';
import { amount, type Env, environment, readEnv, required } from '../../adapters/env.ts';
import { ownEvents, ownEventVariables } from '../../adapters/event-lanes.ts';
import { hostStore } from '../../adapters/hosts/hosts.ts';
import { interruptions } from '../../adapters/interruptions.ts';
import { portStore } from '../../adapters/ports/ports.ts';
import { deadLetters } from '../../adapters/queues/dead-letters.ts';
import { eventQueues } from '../../adapters/queues/events.ts';
import { departureStore } from '../../adapters/servers/departures.ts';
import { instanceStore } from '../../adapters/servers/instances.ts';
import { compose } from './compose.ts';

/** The variables that `infra/inventory.ts` sets. */
export const Environment = environment({
  ...ownEventVariables,
  URGENT_QUEUE_URL: required,
  BULK_QUEUE_URL: required,
  BULK_DLQ_URL: required,
  HOSTS_TABLE: required,
  ROSTER_TABLE: required,
  INSTANCES_TABLE: required,
  MIGRATIONS_TABLE: required,
  PORTS_TABLE: required,
  NETWORKS_TABLE: required,
  CONDITIONS_TABLE: required,
  SAFE_LANE_DELAY_SECONDS: amount,
});

/** The inventory on the tables and queues that the variables name. */
export function connect(
  variables: Env,
  { dynamo, sqs }: Pick<Clients, 'dynamo' | 'sqs'>,
  logger: Logger,
) {
  const env = readEnv(Environment, variables);
  const tables = {
    hosts: env.HOSTS_TABLE,
    roster: env.ROSTER_TABLE,
    instances: env.INSTANCES_TABLE,
    migrations: env.MIGRATIONS_TABLE,
    ports: env.PORTS_TABLE,
    networks: env.NETWORKS_TABLE,
  };
  const own = ownEvents(sqs, env);
  const outside = eventQueues(sqs, { urgent: env.URGENT_QUEUE_URL, bulk: env.BULK_QUEUE_URL });
  return compose({
    ...hostStore(dynamo, tables),
    ...instanceStore(dynamo, tables),
    ...departureStore(dynamo, tables.migrations),
    ...portStore(dynamo, tables),
    ...holdsStore(dynamo, env.CONDITIONS_TABLE),
    ...deadLetters(sqs, env.BULK_DLQ_URL),
    send: (events) => own.sendEvents(events),
    sendOutside: outside.sendEvents,
    safeLaneDelaySeconds: env.SAFE_LANE_DELAY_SECONDS,
    interrupted: interruptions(logger),
    newId: randomUUID,
    now: () => new Date().toISOString(),
    log: logger,
  });
}
