import type { Logger } from '@aws-lambda-powertools/logger';
import { v4 as uuid4 } from 'uuid';
import { recentEventReader } from '../../adapters/activity/recent-events.ts';
import { alarmLists } from '../../adapters/alarms/alarm-lists.ts';
import { alarmStore } from '../../adapters/alarms/alarms.ts';
import { historyStore } from '../../adapters/alarms/history.ts';
import { quotaStore } from '../../adapters/alarms/quotas.ts';
import type { Clients } from '../../adapters/clients.ts';
import {
  amount,
  type Env,
  environment,
  limit,
  list,
  optionalText,
  readEnv,
  required,
  truth,
} from '../../adapters/env.ts';
import { makeAuthenticate } from '../../adapters/http/authenticate.ts';
import { addressOf, surfaceVariables } from '../../adapters/http/surface-variables.ts';
import { connectIssuers, otherIssuerVariables } from '../../adapters/identity/connect-issuers.ts';
import { tokenSessions, tokenVariables } from '../../adapters/identity/token-sessions.ts';
import { momentOf } from '../../domain/time.ts';
import { alarmingApis } from './handler.ts';

/** The variables that `infra/alarming.ts` sets. */
export const Environment = environment({
  ...surfaceVariables,
  ...tokenVariables,
  ...otherIssuerVariables,
  ALARMS_TABLE: required,
  HISTORY_TABLE: required,
  QUOTAS_TABLE: required,
  TIMERS_TABLE: required,
  ACTIVITY_TABLE: required,
  HISTORY_RETENTION_DAYS: amount,
  PROJECT_ALARM_QUOTA: limit,
  USER_ALARM_QUOTA: limit,
  PROJECT_WIDE_ALARM_QUOTA: limit,
  PROJECT_PERIODIC_ALARM_QUOTA: limit,
  ACTIONS_PER_ALARM: amount,
  TIME_CONSTRAINTS_PER_ALARM: amount,
  ACTION_TOPICS: list,
  ACCEPT_ALARMS_WITHOUT_RESOURCE_ID: truth,
  PROMETHEUS_URL: optionalText,
});

/** The surfaces of alarms on the tables that the variables name. */
export function connect(
  variables: Env,
  { dynamo, secrets }: Pick<Clients, 'dynamo' | 'secrets'>,
  logger: Logger,
) {
  const env = readEnv(Environment, variables);
  const tables = {
    alarms: env.ALARMS_TABLE,
    history: env.HISTORY_TABLE,
    quotas: env.QUOTAS_TABLE,
    timers: env.TIMERS_TABLE,
  };
  return alarmingApis({
    ...addressOf(env),
    authenticate: makeAuthenticate({
      ...tokenSessions(env, { dynamo, secrets }),
      others: connectIssuers(env, { dynamo, secrets }, logger),
    }),
    logger,
    ...alarmStore(dynamo, {
      ...tables,
      retentionDays: env.HISTORY_RETENTION_DAYS,
      quota: {
        project: env.PROJECT_ALARM_QUOTA,
        user: env.USER_ALARM_QUOTA,
        wide: env.PROJECT_WIDE_ALARM_QUOTA,
        periodic: env.PROJECT_PERIODIC_ALARM_QUOTA,
      },
    }),
    ...alarmLists(dynamo, tables.alarms),
    ...historyStore(dynamo, tables.history),
    ...quotaStore(dynamo, tables.quotas),
    ...recentEventReader(dynamo, env.ACTIVITY_TABLE),
    projectQuota: env.PROJECT_ALARM_QUOTA,
    mostListed: {
      actions: env.ACTIONS_PER_ALARM,
      timeConstraints: env.TIME_CONSTRAINTS_PER_ALARM,
    },
    now: () => momentOf(Date.now()),
    newId: uuid4,
    actionTopics: env.ACTION_TOPICS,
    acceptWithoutResource: env.ACCEPT_ALARMS_WITHOUT_RESOURCE_ID,
    hasPrometheus: env.PROMETHEUS_URL !== '',
  });
}
