import { randomUUID } from 'node:crypto';
import type { Logger } from '@aws-lambda-powertools/logger';
import * as z from 'zod';
import type { Clients } from '../../adapters/clients.ts';
import { amount, type Env, environment, readEnv, required } from '../../adapters/env.ts';
import { ownEvents, ownEventVariables } from '../../adapters/event-lanes.ts';
import { hostStore } from '../../adapters/hosts/hosts.ts';
import { reportStore } from '../../adapters/hosts/reports.ts';
import { makeAuthenticate } from '../../adapters/http/authenticate.ts';
import { addressOf, surfaceVariables } from '../../adapters/http/surface-variables.ts';
import { connectIssuers, otherIssuerVariables } from '../../adapters/identity/connect-issuers.ts';
import { tokenSessions, tokenVariables } from '../../adapters/identity/token-sessions.ts';
import { interruptions } from '../../adapters/interruptions.ts';
import { departureStore } from '../../adapters/servers/departures.ts';
import { instanceStore } from '../../adapters/servers/instances.ts';
import { migrationStore } from '../../adapters/servers/migrations.ts';
import { executors } from '../../domain/servers/evacuation.ts';
import { compose } from './compose.ts';
import { imageApi } from './images.ts';
import { bySurface } from './surfaces.ts';
import { wakeable } from './wake.ts';

/** The variables that `infra/compute.ts` sets. */
export const Environment = environment({
  ...surfaceVariables,
  ...tokenVariables,
  ...otherIssuerVariables,
  ...ownEventVariables,
  HOSTS_TABLE: required,
  ROSTER_TABLE: required,
  FAULTS_TABLE: required,
  INSTANCES_TABLE: required,
  MIGRATIONS_TABLE: required,
  CONDITIONS_TABLE: required,
  SERVICE_DOWN_TIME_SECONDS: amount,
  INSTANCES_ON_FORCE_DOWN: z.enum(['stop', 'leave']),
  EVACUATION_EXECUTOR: z.enum(executors),
});

/** The compute and image surfaces on the tables and queues that the variables name. */
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
  };
  const surface = {
    ...addressOf(env),
    authenticate: makeAuthenticate({
      ...tokenSessions(env, { dynamo, secrets }),
      others: connectIssuers(env, { dynamo, secrets }, logger),
    }),
    logger,
  };
  const compute = compose({
    ...surface,
    ...hostStore(dynamo, tables),
    ...reportStore(dynamo, tables),
    ...instanceStore(dynamo, tables),
    ...migrationStore(dynamo, tables.migrations),
    ...departureStore(dynamo, tables.migrations),
    ...ownEvents(sqs, env),
    interrupted: interruptions(logger),
    serviceDownTimeSeconds: env.SERVICE_DOWN_TIME_SECONDS,
    forceDownLeavesInstances: env.INSTANCES_ON_FORCE_DOWN === 'leave',
    executor: env.EVACUATION_EXECUTOR,
    newId: randomUUID,
    now: () => new Date().toISOString(),
    clock: Date.now,
  });
  return wakeable(bySurface({ compute, image: imageApi(surface) }), logger);
}
