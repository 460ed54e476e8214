import type { Logger } from '@aws-lambda-powertools/logger';
import type { Clients } from '../../adapters/clients.ts';
import { type Env, environment, readEnv, required } from '../../adapters/env.ts';
import { ownEvents, ownEventVariables } from '../../adapters/event-lanes.ts';
import { hostReader } from '../../adapters/hosts/host-reader.ts';
import { interruptions } from '../../adapters/interruptions.ts';
import { portReader } from '../../adapters/ports/port-reader.ts';
import { portChanges, portSaves } from '../../adapters/ports/port-saves.ts';
import { instanceStore } from '../../adapters/servers/instances.ts';
import { compose } from './compose.ts';

/** The variables that `infra/fault-finisher.ts` sets. */
export const Environment = environment({
  ...ownEventVariables,
  HOSTS_TABLE: required,
  INSTANCES_TABLE: required,
  MIGRATIONS_TABLE: required,
  PORTS_TABLE: required,
});

/** The fault-finisher on the tables and queues that the variables name. */
export function connect(
  variables: Env,
  { dynamo, sqs }: Pick<Clients, 'dynamo' | 'sqs'>,
  logger: Logger,
) {
  const env = readEnv(Environment, variables);
  const tables = {
    hosts: env.HOSTS_TABLE,
    instances: env.INSTANCES_TABLE,
    migrations: env.MIGRATIONS_TABLE,
    ports: env.PORTS_TABLE,
  };
  const queue = ownEvents(sqs, env);
  return compose({
    ...hostReader(dynamo, tables.hosts),
    ...instanceStore(dynamo, tables),
    ...portReader(dynamo, tables.ports),
    ...portChanges(dynamo, tables),
    ...portSaves(dynamo, tables),
    send: (events) => queue.sendEvents(events),
    interrupted: interruptions(logger),
    now: () => new Date().toISOString(),
    log: logger,
  });
}
