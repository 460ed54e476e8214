import type { Logger } from '@aws-lambda-powertools/logger';
import { rowKeeper } from '../../adapters/activity/activity-rows.ts';
import { changeNotes } from '../../adapters/activity/changes.ts';
import { switchKeeper } from '../../adapters/activity/host-switches.ts';
import { eventKeeper } from '../../adapters/activity/recent-events.ts';
import type { Clients } from '../../adapters/clients.ts';
import {
  amount,
  delays,
  type Env,
  environment,
  optionalText,
  readEnv,
  required,
} from '../../adapters/env.ts';
import { ownEvents, ownEventVariables } from '../../adapters/event-lanes.ts';
import { affectedNotes, affectedStore } from '../../adapters/hosts/affected.ts';
import { cloudQueues } from '../../adapters/queues/cloud-tasks.ts';
import { deadLetters } from '../../adapters/queues/dead-letters.ts';
import { faultQueue } from '../../adapters/queues/faults.ts';
import { missedHeartbeatsQueue } from '../../adapters/queues/missed-heartbeats.ts';
import { rowChanges } from '../../adapters/stream-records.ts';
import { audit } from '../../adapters/topics.ts';
import { compose } from './compose.ts';

/** The variables that `infra/reconciler.ts` sets. */
export const Environment = environment({
  ...ownEventVariables,
  FAULT_QUEUE_URL: required,
  REPORT_QUEUE_URL: required,
  EVENT_DLQ_URL: required,
  EVENTS_TOPIC_ARN: required,
  AFFECTED_TABLE: required,
  ACTIVITY_TABLE: required,
  SAFE_LANE_DELAY_SECONDS: amount,
  FINISH_DELAYS_SECONDS: delays,
  CLOUD_QUEUE_URL: optionalText,
  MOVE_QUEUE_URL: optionalText,
});

/** The reconciler on the table, queues and topic that the variables name. */
export function connect(
  variables: Env,
  { dynamo, sqs, sns }: Pick<Clients, 'dynamo' | 'sqs' | 'sns'>,
  logger: Logger,
) {
  const env = readEnv(Environment, variables);
  const keep = rowKeeper(dynamo, env.ACTIVITY_TABLE);
  return compose({
    ...ownEvents(sqs, env),
    ...faultQueue(sqs, env.FAULT_QUEUE_URL),
    ...missedHeartbeatsQueue(sqs, env.REPORT_QUEUE_URL),
    ...deadLetters(sqs, env.EVENT_DLQ_URL),
    ...audit(sns, env.EVENTS_TOPIC_ARN),
    ...affectedNotes(dynamo, env.AFFECTED_TABLE),
    affectedBy: affectedStore(dynamo, env.AFFECTED_TABLE).affectedBy,
    ...changeNotes(keep),
    ...eventKeeper(keep),
    ...switchKeeper(keep),
    safeLaneDelaySeconds: env.SAFE_LANE_DELAY_SECONDS,
    finishDelaysSeconds: env.FINISH_DELAYS_SECONDS,
    cloud:
      env.CLOUD_QUEUE_URL === ''
        ? undefined
        : cloudQueues(sqs, { tasks: env.CLOUD_QUEUE_URL, moves: env.MOVE_QUEUE_URL }),
    read: rowChanges,
    log: logger,
  });
}
