import { randomUUID } from 'node:crypto';
import type { Logger } from '@aws-lambda-powertools/logger';
import type { Clients } from '../../adapters/clients.ts';
import { appliedServices } from '../../adapters/cloud/applied-services.ts';
import { cloudInventory } from '../../adapters/cloud/cloud-inventory.ts';
import { cloudJobs } from '../../adapters/cloud/cloud-jobs.ts';
import { cloudClientVariables, connectCloud } from '../../adapters/cloud/connect-cloud.ts';
import { reportingStores } from '../../adapters/conditions/reporting-stores.ts';
import { sourceReader } from '../../adapters/conditions/sources.ts';
import { unmatchedWriter } from '../../adapters/conditions/unmatched-writer.ts';
import { amount, type Env, environment, readEnv, required } from '../../adapters/env.ts';
import { ownEvents, ownEventVariables } from '../../adapters/event-lanes.ts';
import { faultStore } from '../../adapters/hosts/faults.ts';
import { hostStore } from '../../adapters/hosts/hosts.ts';
import { interruptions } from '../../adapters/interruptions.ts';
import { portStore } from '../../adapters/ports/ports.ts';
import { cloudJobQueue } from '../../adapters/queues/cloud-jobs.ts';
import { cloudTaskQueue } from '../../adapters/queues/cloud-tasks.ts';
import { callShares } from '../../domain/cloud/call-shares.ts';
import { compose } from './compose.ts';

/** The variables that `infra/cloud-mirror.ts` sets. */
export const Environment = environment({
  ...ownEventVariables,
  ...cloudClientVariables,
  HOSTS_TABLE: required,
  ROSTER_TABLE: required,
  FAULTS_TABLE: required,
  INSTANCES_TABLE: required,
  MIGRATIONS_TABLE: required,
  PORTS_TABLE: required,
  NETWORKS_TABLE: required,
  CONDITIONS_TABLE: required,
  SOURCES_TABLE: required,
  UNMATCHED_TABLE: required,
  CLOUD_TABLE: required,
  MIRROR_QUEUE_URL: required,
  CLOUD_QUEUE_URL: required,
  CLOUD_CALLS_IN_FLIGHT: amount,
  CLOUD_WALK_MINUTES: amount,
  INSTANCES_ON_FORCE_DOWN: required,
});

/** The mirror on the tables and queues that the variables name. */
export function connect(
  variables: Env,
  { dynamo, sqs, secrets }: Pick<Clients, 'dynamo' | 'sqs' | 'secrets'>,
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
    networks: env.NETWORKS_TABLE,
  };
  const now = () => new Date().toISOString();
  // A process works on one job. Only that of hosts that are up again has several requests in flight.
  const { returned: returnedAtOnce } = callShares(env.CLOUD_CALLS_IN_FLIGHT);
  return compose({
    ...reportingStores(dynamo, tables),
    ...hostStore(dynamo, tables),
    ...portStore(dynamo, tables),
    openFaults: faultStore(dynamo, tables.faults).openFaults,
    ...sourceReader(dynamo, env.SOURCES_TABLE),
    ...unmatchedWriter(dynamo, env.UNMATCHED_TABLE),
    ...appliedServices(dynamo, tables.hosts),
    ...cloudJobs(dynamo, env.CLOUD_TABLE),
    ...cloudJobQueue(sqs, env.MIRROR_QUEUE_URL),
    ...cloudTaskQueue(sqs, env.CLOUD_QUEUE_URL),
    cloud: cloudInventory(connectCloud(env, { secrets }, { mostInFlight: returnedAtOnce }), now),
    returnedAtOnce,
    ...ownEvents(sqs, env),
    interrupted: interruptions(logger),
    log: logger,
    newId: randomUUID,
    now,
    walkMinutes: env.CLOUD_WALK_MINUTES,
    stopsInstances: env.INSTANCES_ON_FORCE_DOWN === 'stop',
  });
}
