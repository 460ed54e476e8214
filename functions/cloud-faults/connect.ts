import type { Logger } from '@aws-lambda-powertools/logger';
import * as z from 'zod';
import type { Clients } from '../../adapters/clients.ts';
import { appliedServices } from '../../adapters/cloud/applied-services.ts';
import { cloudCompute } from '../../adapters/cloud/cloud-compute.ts';
import { cloudNetwork } from '../../adapters/cloud/cloud-network.ts';
import { cloudClientVariables, connectCloud } from '../../adapters/cloud/connect-cloud.ts';
import { amount, type Env, environment, readEnv, required } from '../../adapters/env.ts';
import { ownEvents, ownEventVariables } from '../../adapters/event-lanes.ts';
import { faultOutcomes } from '../../adapters/hosts/fault-outcomes.ts';
import { hostReader } from '../../adapters/hosts/host-reader.ts';
import { interruptions } from '../../adapters/interruptions.ts';
import { portReader } from '../../adapters/ports/port-reader.ts';
import { cloudJobQueue } from '../../adapters/queues/cloud-jobs.ts';
import { cloudQueues } from '../../adapters/queues/cloud-tasks.ts';
import { deadLetters } from '../../adapters/queues/dead-letters.ts';
import { departureStore } from '../../adapters/servers/departures.ts';
import { instanceStore } from '../../adapters/servers/instances.ts';
import { moveClaims } from '../../adapters/servers/move-claims.ts';
import { callShares } from '../../domain/cloud/call-shares.ts';
import { compose } from './compose.ts';

/** The variables that `infra/cloud-faults.ts` sets. */
export const Environment = environment({
  ...ownEventVariables,
  ...cloudClientVariables,
  HOSTS_TABLE: required,
  FAULTS_TABLE: required,
  INSTANCES_TABLE: required,
  MIGRATIONS_TABLE: required,
  PORTS_TABLE: required,
  CLOUD_QUEUE_URL: required,
  MOVE_QUEUE_URL: required,
  CLOUD_DLQ_URL: required,
  MIRROR_QUEUE_URL: required,
  CLOUD_CALLS_IN_FLIGHT: amount,
  CLOUD_SERVERS_ON_FAULT: z.enum(['leave', 'error']),
});

/** The function on the tables, queues and the cloud that the variables name. */
export function connect(
  variables: Env,
  { dynamo, sqs, secrets }: Pick<Clients, 'dynamo' | 'sqs' | 'secrets'>,
  logger: Logger,
) {
  const env = readEnv(Environment, variables);
  const tables = {
    hosts: env.HOSTS_TABLE,
    instances: env.INSTANCES_TABLE,
    migrations: env.MIGRATIONS_TABLE,
    ports: env.PORTS_TABLE,
  };
  const { applying: callsAtOnce } = callShares(env.CLOUD_CALLS_IN_FLIGHT);
  const session = connectCloud(env, { secrets }, { mostInFlight: callsAtOnce });
  const queue = ownEvents(sqs, env);
  return compose({
    ...hostReader(dynamo, tables.hosts),
    ...appliedServices(dynamo, tables.hosts),
    ...faultOutcomes(dynamo, env.FAULTS_TABLE),
    ...instanceStore(dynamo, tables),
    ...departureStore(dynamo, tables.migrations),
    ...moveClaims(dynamo, tables.migrations),
    ...portReader(dynamo, tables.ports),
    ...cloudCompute(session),
    ...cloudNetwork(session),
    ...cloudQueues(sqs, { tasks: env.CLOUD_QUEUE_URL, moves: env.MOVE_QUEUE_URL }),
    ...deadLetters(sqs, env.CLOUD_DLQ_URL),
    sendHostReturn: cloudJobQueue(sqs, env.MIRROR_QUEUE_URL).sendHostReturn,
    send: (events) => queue.sendEvents(events),
    interrupted: interruptions(logger),
    callsAtOnce,
    marksServers: env.CLOUD_SERVERS_ON_FAULT === 'error',
    now: () => new Date().toISOString(),
    log: logger,
  });
}
