import { randomUUID } from 'node:crypto';
import type { Logger } from '@aws-lambda-powertools/logger';
import type * as z from 'zod';
import { changeReader } from '../../adapters/activity/changes.ts';
import { overviewCounts } from '../../adapters/activity/counts.ts';
import { switchReader } from '../../adapters/activity/host-switches.ts';
import { minuteReader } from '../../adapters/activity/minutes.ts';
import { queueDepths, queueSampler } from '../../adapters/activity/queue-depths.ts';
import { silenceLists, silenceStore } from '../../adapters/alarms/silences.ts';
import { jsonBesideBundle } from '../../adapters/beside-bundle.ts';
import type { Clients } from '../../adapters/clients.ts';
import { deadLetterStore } from '../../adapters/delivery/dead-letter-store.ts';
import { webhookPlaces } from '../../adapters/delivery/webhook-places.ts';
import {
  amount,
  type Env,
  environment,
  pairs,
  queueUrls,
  readEnv,
  required,
} from '../../adapters/env.ts';
import { functionCalls } from '../../adapters/function-calls.ts';
import { affectedStore } from '../../adapters/hosts/affected.ts';
import { faultStore } from '../../adapters/hosts/faults.ts';
import { hostReader } from '../../adapters/hosts/host-reader.ts';
import { rosterReader } from '../../adapters/hosts/roster.ts';
import { makeAuthenticate } from '../../adapters/http/authenticate.ts';
import { addressOf, surfaceVariables } from '../../adapters/http/surface-variables.ts';
import { connectIssuers, otherIssuerVariables } from '../../adapters/identity/connect-issuers.ts';
import { tokenSessions, tokenVariables } from '../../adapters/identity/token-sessions.ts';
import { pause } from '../../adapters/pause.ts';
import { departureStore } from '../../adapters/servers/departures.ts';
import { migrationStore } from '../../adapters/servers/migrations.ts';
import { compose } from './compose.ts';

/** The variables that `infra/operations.ts` sets. */
export const Environment = environment({
  ...surfaceVariables,
  ...tokenVariables,
  ...otherIssuerVariables,
  SILENCES_TABLE: required,
  QUOTAS_TABLE: required,
  SILENCES_PER_PROJECT: amount,
  SILENCE_LONGEST_SECONDS: amount,
  ACTIVITY_TABLE: required,
  PLACES_TABLE: required,
  HELD_REQUESTS_PER_PROJECT: amount,
  HELD_REQUESTS: amount,
  ROSTER_TABLE: required,
  INSTANCES_TABLE: required,
  PORTS_TABLE: required,
  FAULTS_TABLE: required,
  HOSTS_TABLE: required,
  AFFECTED_TABLE: required,
  MIGRATIONS_TABLE: required,
  HISTORY_TABLE: required,
  ALARMS_TABLE: required,
  SUBSCRIPTIONS_TABLE: required,
  ALARM_TESTS_PER_PROJECT: amount,
  READ_FUNCTIONS: pairs,
  WORK_QUEUES: queueUrls,
  DEAD_LETTER_QUEUES: queueUrls,
  SERVICE_DOWN_TIME_SECONDS: amount,
});

/** The surface on the tables and queues that the variables name. */
export function connect(
  variables: Env,
  { dynamo, sqs, secrets }: Pick<Clients, 'dynamo' | 'sqs' | 'secrets'>,
  logger: Logger,
) {
  const env = readEnv(Environment, variables);
  const now = () => new Date().toISOString();
  return compose({
    ...addressOf(env),
    authenticate: makeAuthenticate({
      ...tokenSessions(env, { dynamo, secrets }),
      others: connectIssuers(env, { dynamo, secrets }, logger),
    }),
    logger,
    ...changeReader(dynamo, env.ACTIVITY_TABLE),
    ...functionCalls({
      region: variables.AWS_REGION ?? '',
      endpoint: variables.AWS_ENDPOINT_URL,
      functions: env.READ_FUNCTIONS,
      log: logger,
    }),
    ...heldPlaces(env, dynamo, now),
    sampleQueues: queueSampler(sqs, dynamo, env),
    ...minuteReader(dynamo, env.ACTIVITY_TABLE),
    ...rosterReader(dynamo, env.ROSTER_TABLE),
    ...overviewCounts(dynamo, {
      instances: env.INSTANCES_TABLE,
      ports: env.PORTS_TABLE,
      faults: env.FAULTS_TABLE,
    }),
    ...historyOf(env, dynamo),
    depthsOfWork: queueDepths(sqs, env.WORK_QUEUES),
    depthsOfDeadLetters: queueDepths(sqs, env.DEAD_LETTER_QUEUES),
    ...deadLetterStore(sqs, { dead: env.DEAD_LETTER_QUEUES, work: env.WORK_QUEUES }),
    reopenWebhooks: async (bodies) => {
      const { webhookReopener } = await import('../../adapters/delivery/webhook-reopener.ts');
      await webhookReopener(dynamo, env.HISTORY_TABLE).reopenWebhooks(bodies);
    },
    serviceDownTimeSeconds: env.SERVICE_DOWN_TIME_SECONDS,
    clock: Date.now,
    pause,
    now,
    openApi: jsonBesideBundle('openapi.json'),
    alarmTesting: laterAlarmTesting(env, { dynamo, sqs }),
    silencing: {
      ...silenceStore(dynamo, { silences: env.SILENCES_TABLE, quotas: env.QUOTAS_TABLE }),
      ...silenceLists(dynamo, env.SILENCES_TABLE),
      silencesPerProject: env.SILENCES_PER_PROJECT,
      silenceLongestSeconds: env.SILENCE_LONGEST_SECONDS,
      newId: randomUUID,
      now: () => new Date().toISOString(),
    },
  });
}

/** What tests of alarms need, loaded with the first of them. */
const laterAlarmTesting =
  (env: z.infer<typeof Environment>, clients: Pick<Clients, 'dynamo' | 'sqs'>) => async () => {
    const { alarmTesting } = await import('../../adapters/alarms/alarm-testing.ts');
    return alarmTesting({
      ...clients,
      tables: {
        alarms: env.ALARMS_TABLE,
        history: env.HISTORY_TABLE,
        quotas: env.QUOTAS_TABLE,
        silences: env.SILENCES_TABLE,
        subscriptions: env.SUBSCRIPTIONS_TABLE,
        places: env.PLACES_TABLE,
      },
      queue: required.parse(env.WORK_QUEUES.changes),
      mostTests: env.ALARM_TESTS_PER_PROJECT,
    });
  };

/** What the history of a host is read from. */
function historyOf(
  env: Pick<
    z.infer<typeof Environment>,
    'HOSTS_TABLE' | 'FAULTS_TABLE' | 'AFFECTED_TABLE' | 'MIGRATIONS_TABLE' | 'ACTIVITY_TABLE'
  >,
  dynamo: Clients['dynamo'],
) {
  return {
    ...hostReader(dynamo, env.HOSTS_TABLE),
    faultsOfHost: faultStore(dynamo, env.FAULTS_TABLE).faultsOfHost,
    affectedBy: affectedStore(dynamo, env.AFFECTED_TABLE).affectedBy,
    ...switchReader(dynamo, env.ACTIVITY_TABLE),
    migrations: migrationStore(dynamo, env.MIGRATIONS_TABLE).migrations,
    departures: departureStore(dynamo, env.MIGRATIONS_TABLE).departures,
  };
}

/** How many of the places of all projects a request tries. If none of them is free, few others are. */
const mostTries = 3;

/** The places for held requests, beside those of webhooks, under names that no project has. */
function heldPlaces(
  env: Pick<
    z.infer<typeof Environment>,
    'PLACES_TABLE' | 'HELD_REQUESTS_PER_PROJECT' | 'HELD_REQUESTS'
  >,
  dynamo: Clients['dynamo'],
  now: () => string,
) {
  const places = { table: env.PLACES_TABLE, newId: randomUUID, now };
  const own = webhookPlaces(dynamo, { ...places, perProject: env.HELD_REQUESTS_PER_PROJECT });
  const all = webhookPlaces(dynamo, { ...places, perProject: env.HELD_REQUESTS, mostTries });
  return {
    take: (project: string) => own.take(`held#${project}`),
    takeOfAll: () => all.take('held'),
    giveBack: own.giveBack,
  };
}
