import { randomUUID } from 'node:crypto';
import type { Logger } from '@aws-lambda-powertools/logger';
import type { Clients } from '../../adapters/clients.ts';
import { reportingStores } from '../../adapters/conditions/reporting-stores.ts';
import { sourceReader } from '../../adapters/conditions/sources.ts';
import { unmatchedWriter } from '../../adapters/conditions/unmatched-writer.ts';
import {
  amount,
  type Env,
  environment,
  optionalText,
  readEnv,
  required,
} from '../../adapters/env.ts';
import { ownEvents, ownEventVariables } from '../../adapters/event-lanes.ts';
import { hostStore } from '../../adapters/hosts/hosts.ts';
import { interruptions } from '../../adapters/interruptions.ts';
import { deadLetters } from '../../adapters/queues/dead-letters.ts';
import { eventQueues } from '../../adapters/queues/events.ts';
import { inventoryQueue } from '../../adapters/queues/inventory.ts';
import { compose } from './compose.ts';

/** The variables that `infra/report-receiver.ts` sets. */
export const Environment = environment({
  ...ownEventVariables,
  URGENT_QUEUE_URL: required,
  BULK_QUEUE_URL: required,
  BULK_DLQ_URL: required,
  INVENTORY_QUEUE_URL: optionalText,
  REPORT_DLQ_URL: required,
  HOSTS_TABLE: required,
  ROSTER_TABLE: required,
  FAULTS_TABLE: required,
  INSTANCES_TABLE: required,
  MIGRATIONS_TABLE: required,
  PORTS_TABLE: required,
  CONDITIONS_TABLE: required,
  SOURCES_TABLE: required,
  UNMATCHED_TABLE: required,
  SAFE_LANE_DELAY_SECONDS: amount,
  SERVICE_DOWN_TIME_SECONDS: amount,
});

/** The receiver on the tables and queues that the variables name. */
export function connect(
  variables: Env,
  { dynamo, sqs }: Pick<Clients, 'dynamo' | 'sqs'>,
  logger: Logger,
) {
  const env = readEnv(Environment, variables);
  const tables = {
    hosts: env.HOSTS_TABLE,
    roster: env.ROSTER_TABLE,
    faults: env.FAULTS_TABLE,
    instances: env.INSTANCES_TABLE,
    migrations: env.MIGRATIONS_TABLE,
    conditions: env.CONDITIONS_TABLE,
    ports: env.PORTS_TABLE,
  };
  const outside = eventQueues(sqs, { urgent: env.URGENT_QUEUE_URL, bulk: env.BULK_QUEUE_URL });
  return compose({
    ...hostStore(dynamo, tables),
    ...reportingStores(dynamo, tables),
    ...sourceReader(dynamo, env.SOURCES_TABLE),
    ...unmatchedWriter(dynamo, env.UNMATCHED_TABLE),
    ...deadLetters(sqs, env.BULK_DLQ_URL),
    refuse: deadLetters(sqs, env.REPORT_DLQ_URL).deadLetter,
    ...ownEvents(sqs, env),
    sendOutside: outside.sendEvents,
    ...(env.INVENTORY_QUEUE_URL !== '' && inventoryQueue(sqs, env.INVENTORY_QUEUE_URL)),
    safeLaneDelaySeconds: env.SAFE_LANE_DELAY_SECONDS,
    serviceDownTimeSeconds: env.SERVICE_DOWN_TIME_SECONDS,
    interrupted: interruptions(logger),
    log: logger,
    newId: randomUUID,
    now: () => new Date().toISOString(),
  });
}
