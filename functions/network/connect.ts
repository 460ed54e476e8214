import { randomBytes, randomUUID } from 'node:crypto';
import type { Logger } from '@aws-lambda-powertools/logger';
import type { Clients } from '../../adapters/clients.ts';
import { type Env, environment, readEnv, required } from '../../adapters/env.ts';
import { ownEvents, ownEventVariables } from '../../adapters/event-lanes.ts';
import { makeAuthenticate } from '../../adapters/http/authenticate.ts';
import { addressOf, surfaceVariables } from '../../adapters/http/surface-variables.ts';
import { connectIssuers, otherIssuerVariables } from '../../adapters/identity/connect-issuers.ts';
import { tokenSessions, tokenVariables } from '../../adapters/identity/token-sessions.ts';
import { interruptions } from '../../adapters/interruptions.ts';
import { networkStore } from '../../adapters/ports/networks.ts';
import { portStore } from '../../adapters/ports/ports.ts';
import { compose } from './compose.ts';

/** The variables that `infra/network.ts` sets. */
export const Environment = environment({
  ...surfaceVariables,
  ...tokenVariables,
  ...otherIssuerVariables,
  ...ownEventVariables,
  PORTS_TABLE: required,
  NETWORKS_TABLE: required,
});

/** OpenStack's own prefix of MAC addresses. Source: neutron `conf/common.py`, `base_mac`. */
const macPrefix = 'fa:16:3e';

const newMac = (): string =>
  [macPrefix, ...[...randomBytes(3)].map((byte) => byte.toString(16).padStart(2, '0'))].join(':');

/** The network surface on the tables and queues that the variables name. */
export function connect(
  variables: Env,
  { dynamo, sqs, secrets }: Pick<Clients, 'dynamo' | 'sqs' | 'secrets'>,
  logger: Logger,
) {
  const env = readEnv(Environment, variables);
  const tables = { ports: env.PORTS_TABLE, networks: env.NETWORKS_TABLE };
  const queue = ownEvents(sqs, env);
  return compose({
    ...addressOf(env),
    authenticate: makeAuthenticate({
      ...tokenSessions(env, { dynamo, secrets }),
      others: connectIssuers(env, { dynamo, secrets }, logger),
    }),
    logger,
    ...portStore(dynamo, tables),
    ...networkStore(dynamo, tables.networks),
    send: (events) => queue.sendEvents(events),
    interrupted: interruptions(logger),
    now: () => new Date().toISOString(),
    newId: randomUUID,
    newMac,
  });
}
