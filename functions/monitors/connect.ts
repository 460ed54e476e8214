import { randomUUID } from 'node:crypto';
import type { Logger } from '@aws-lambda-powertools/logger';
import type { Clients } from '../../adapters/clients.ts';
import { raisedConditions } from '../../adapters/conditions/conditions.ts';
import { receivedNotifications } from '../../adapters/conditions/received-notifications.ts';
import { reportingStores } from '../../adapters/conditions/reporting-stores.ts';
import { sourceStore } from '../../adapters/conditions/sources.ts';
import { unmatchedReader } from '../../adapters/conditions/unmatched-reader.ts';
import { unmatchedWriter } from '../../adapters/conditions/unmatched-writer.ts';
import { type Env, environment, readEnv, required } from '../../adapters/env.ts';
import { ownEvents, ownEventVariables } from '../../adapters/event-lanes.ts';
import { hostReader } from '../../adapters/hosts/host-reader.ts';
import { rosterReader } from '../../adapters/hosts/roster.ts';
import { makeAuthenticate } from '../../adapters/http/authenticate.ts';
import { makeMonitorLogin } from '../../adapters/http/basic.ts';
import { addressOf, surfaceVariables } from '../../adapters/http/surface-variables.ts';
import {
  authenticationVariables,
  makeAuthentication,
} from '../../adapters/identity/authentication.ts';
import { connectIssuers, otherIssuerVariables } from '../../adapters/identity/connect-issuers.ts';
import { interruptions } from '../../adapters/interruptions.ts';
import { compose } from './compose.ts';

/** The variables that `infra/monitors.ts` sets. */
export const Environment = environment({
  ...surfaceVariables,
  ...otherIssuerVariables,
  ...authenticationVariables,
  ...ownEventVariables,
  HOSTS_TABLE: required,
  ROSTER_TABLE: required,
  FAULTS_TABLE: required,
  INSTANCES_TABLE: required,
  MIGRATIONS_TABLE: required,
  PORTS_TABLE: required,
  CONDITIONS_TABLE: required,
  SOURCES_TABLE: required,
  UNMATCHED_TABLE: required,
  RECEIVED_TABLE: required,
});

/** The surfaces of monitors on the tables, queues and secrets that the variables name. */
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
  };
  const { sessions, logins } = makeAuthentication(env, { dynamo, secrets });
  return compose({
    ...addressOf(env),
    authenticate: makeAuthenticate({
      verify: sessions.verify,
      monitor: makeMonitorLogin({ ...logins, ...sessions }),
      others: connectIssuers(env, { dynamo, secrets }, logger),
    }),
    logger,
    ...hostReader(dynamo, tables.hosts),
    ...rosterReader(dynamo, tables.roster),
    ...reportingStores(dynamo, tables),
    ...raisedConditions(dynamo, tables.conditions),
    ...sourceStore(dynamo, env.SOURCES_TABLE),
    ...unmatchedWriter(dynamo, env.UNMATCHED_TABLE),
    ...unmatchedReader(dynamo, env.UNMATCHED_TABLE),
    ...receivedNotifications(dynamo, env.RECEIVED_TABLE),
    ...ownEvents(sqs, env),
    interrupted: interruptions(logger),
    now: () => new Date().toISOString(),
    newId: randomUUID,
  });
}
