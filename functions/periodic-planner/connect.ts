import type { Logger } from '@aws-lambda-powertools/logger';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import { countAll } from '../../adapters/alarms/metrics.ts';
import { plannedAlarms } from '../../adapters/alarms/rounds.ts';
import type { Clients } from '../../adapters/clients.ts';
import { type Env, environment, readEnv, required } from '../../adapters/env.ts';
import { interruptions } from '../../adapters/interruptions.ts';
import { roundQueues } from '../../adapters/queues/rounds.ts';
import { periodicPlanner } from './handler.ts';

/** The variables that `infra/periodic.ts` sets. */
export const Environment = environment({
  ALARMS_TABLE: required,
  PERIODIC_QUEUE_URL: required,
  PERIODIC_SLOW_QUEUE_URL: required,
});

/** The planner on the table and queues that the variables name. */
export function connect(
  variables: Env,
  { dynamo, sqs }: Pick<Clients, 'dynamo' | 'sqs'>,
  logger: Logger,
  metrics: Metrics,
) {
  const env = readEnv(Environment, variables);
  return periodicPlanner({
    ...plannedAlarms(dynamo, { table: env.ALARMS_TABLE, interrupted: interruptions(logger) }),
    ...roundQueues(sqs, { first: env.PERIODIC_QUEUE_URL, slow: env.PERIODIC_SLOW_QUEUE_URL }),
    now: Date.now,
    count: ({ alarms, messages }) =>
      countAll(metrics, { PeriodicAlarms: alarms, RoundMessages: messages }),
    log: logger,
  });
}
