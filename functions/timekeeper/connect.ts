import type { Logger } from '@aws-lambda-powertools/logger';
import type { Clients } from '../../adapters/clients.ts';
import { amount, type Env, environment, readEnv, required, truth } from '../../adapters/env.ts';
import { hostStore } from '../../adapters/hosts/hosts.ts';
import { interruptions } from '../../adapters/interruptions.ts';
import { missedHeartbeatsQueue } from '../../adapters/queues/missed-heartbeats.ts';
import { tickQueue, timeoutQueue } from '../../adapters/queues/timers.ts';
import { timerStore } from '../../adapters/timers/alarm-timers.ts';
import { clockStore } from '../../adapters/timers/clock.ts';
import { compose } from './compose.ts';

/** The variables that `infra/timekeeper.ts` sets. */
export const Environment = environment({
  TIMERS_TABLE: required,
  HOSTS_TABLE: required,
  ROSTER_TABLE: required,
  TICK_QUEUE_URL: required,
  REPORT_QUEUE_URL: required,
  TIMEOUT_QUEUE_URL: required,
  REPORT_MISSED_HEARTBEATS: truth,
  SERVICE_DOWN_TIME_SECONDS: amount,
});

/**
 * The timekeeper on the tables and queues that the variables name.
 * @param now tests give a later time instead of waiting.
 */
export function connect(
  variables: Env,
  { dynamo, sqs }: Pick<Clients, 'dynamo' | 'sqs'>,
  logger: Logger,
  now: () => string = () => new Date().toISOString(),
) {
  const env = readEnv(Environment, variables);
  return compose({
    ...clockStore(dynamo, env.TIMERS_TABLE),
    ...hostStore(dynamo, { hosts: env.HOSTS_TABLE, roster: env.ROSTER_TABLE }),
    ...missedHeartbeatsQueue(sqs, env.REPORT_QUEUE_URL),
    ...timerStore(dynamo, env.TIMERS_TABLE),
    ...timeoutQueue(sqs, env.TIMEOUT_QUEUE_URL),
    ...tickQueue(sqs, env.TICK_QUEUE_URL),
    reportMissedHeartbeats: env.REPORT_MISSED_HEARTBEATS,
    serviceDownTimeSeconds: env.SERVICE_DOWN_TIME_SECONDS,
    interrupted: interruptions(logger),
    now,
    log: logger,
  });
}
