import { Duration, Stack } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Construct } from 'constructs';
import { secretArnOf } from './cloud.ts';
import { slowConcurrency } from './concurrency.ts';
import {
  allowIndexes,
  allowPublish,
  allowQueries,
  allowRows,
  allowSecret,
  allowSend,
} from './grants.ts';
import { topicVariables } from './messaging.ts';
import { ServiceFunction } from './service-function.ts';
import { type ServiceSettings, variablesOf } from './settings.ts';
import type { Capability, Wiring } from './wiring.ts';

/** The functions that evaluate alarms every minute, by the names of their constructs. */
export const roundsOf = (scope: Construct, wiring: Wiring) => ({
  PeriodicPlanner: new PeriodicPlanner(scope, 'PeriodicPlanner', wiring),
  PeriodicEvaluator: new PeriodicEvaluator(scope, 'PeriodicEvaluator', wiring),
});

/** Queues the periodic alarms each minute. It reads only the index that contains them. */
class PeriodicPlanner extends Construct implements Capability {
  readonly function: ServiceFunction;

  constructor(scope: Construct, id: string, { tables, messaging }: Wiring) {
    super(scope, id);
    this.function = new ServiceFunction(this, 'Function', {
      name: 'periodic-planner',
      description: 'Doctor: plans the alarms that are evaluated every minute',
      errorImpact: 'alarms of the types prometheus and composite are not evaluated',
      timeout: Duration.seconds(50),
      environment: {
        ALARMS_TABLE: tables.alarms.tableName,
        PERIODIC_QUEUE_URL: messaging.periodicQueue.queueUrl,
        PERIODIC_SLOW_QUEUE_URL: messaging.periodicSlowQueue.queueUrl,
      },
    });
    const { function: fn } = this;
    fn.configureAsyncInvoke({ retryAttempts: 0 });
    new Rule(this, 'EveryMinute', {
      schedule: Schedule.rate(Duration.minutes(1)),
      // No retries: the next minute's round evaluates the same alarms.
      targets: [new LambdaFunction(fn, { retryAttempts: 0 })],
    });
    allowIndexes(fn, tables.alarms, 'periodic');
    allowSend(fn, messaging.periodicQueue);
    allowSend(fn, messaging.periodicSlowQueue);
  }
}

/** Evaluates the alarms of rounds. It gets no events, and never writes an event alarm. */
class PeriodicEvaluator extends Construct implements Capability {
  readonly function: ServiceFunction;

  constructor(scope: Construct, id: string, { tables, messaging, settings }: Wiring) {
    super(scope, id);
    const credentials = credentialsOf(this, settings);
    this.function = new ServiceFunction(this, 'Function', {
      name: 'periodic-evaluator',
      description: 'Doctor: evaluates alarms of the types prometheus and composite',
      errorImpact: 'alarms of the types prometheus and composite are late',
      // The sweeper publishes rows that are older than this, because their writer cannot run any
      // more.
      timeout: Duration.seconds(settings.evaluatorTimeoutSeconds),
      environment: {
        ALARMS_TABLE: tables.alarms.tableName,
        HISTORY_TABLE: tables.history.tableName,
        QUOTAS_TABLE: tables.quotas.tableName,
        SILENCES_TABLE: tables.silences.tableName,
        ACTIVITY_TABLE: tables.activity.tableName,
        PLACES_TABLE: tables.places.tableName,
        PERIODIC_QUEUE_URL: messaging.periodicQueue.queueUrl,
        PERIODIC_SLOW_QUEUE_URL: messaging.periodicSlowQueue.queueUrl,
        BULK_DLQ_URL: messaging.bulkDeadLetters.queueUrl,
        WEBHOOK_QUEUE_URL: messaging.webhookQueue.queueUrl,
        ...topicVariables(messaging),
        ...variablesOf(
          settings,
          'historyRetentionDays',
          'prometheusUrl',
          'prometheusAuth',
          'prometheusSecret',
          'prometheusTimeoutSeconds',
          'prometheusProjectLabel',
        ),
      },
    });
    const { function: fn } = this;
    const sources = [
      { queue: messaging.periodicQueue, maxConcurrency: settings.periodicConcurrency },
      { queue: messaging.periodicSlowQueue, maxConcurrency: slowConcurrency(settings) },
    ];
    for (const { queue, maxConcurrency } of sources) {
      fn.addEventSource(
        new SqsEventSource(queue, { batchSize: 1, reportBatchItemFailures: true, maxConcurrency }),
      );
    }
    allowIndexes(fn, tables.alarms, 'periodic');
    allowRows(fn, tables.alarms, 'BatchGetItem', 'UpdateItem');
    allowRows(fn, tables.history, 'PutItem', 'PartiQLUpdate');
    allowRows(fn, tables.activity, 'PartiQLInsert');
    allowRows(fn, tables.places, 'GetItem', 'UpdateItem');
    allowRows(fn, tables.quotas, 'BatchGetItem');
    allowRows(fn, tables.silences, 'BatchGetItem');
    allowSend(fn, messaging.periodicSlowQueue);
    allowSend(fn, messaging.bulkDeadLetters);
    allowSend(fn, messaging.webhookQueue);
    for (const topic of [...messaging.notifications, ...messaging.groups]) allowPublish(fn, topic);
    if (credentials.secretArn) allowSecret(fn, { secretArn: credentials.secretArn });
    if (credentials.workspaceArn) allowQueries(fn, credentials.workspaceArn);
  }
}

/**
 * The secret or the workspace that the function needs for the credentials of Prometheus; an empty
 * object without credentials.
 * @throws Error that names the setting that does not fit `prometheusAuth`.
 */
function credentialsOf(
  scope: Construct,
  { prometheusAuth, prometheusSecret, prometheusUrl }: ServiceSettings,
): { readonly secretArn?: string; readonly workspaceArn?: string } {
  if (prometheusAuth === 'none') return {};
  if (prometheusAuth === 'secret') {
    if (prometheusSecret !== '') return { secretArn: secretArnOf(scope, prometheusSecret) };
    throw new Error('prometheusAuth=secret needs the setting prometheusSecret');
  }
  const found = /^https:\/\/aps-workspaces\.([a-z0-9-]+)\.[a-z.]+\/workspaces\/([\w-]+)\/?$/.exec(
    prometheusUrl,
  );
  if (!found) {
    throw new Error(
      'prometheusAuth=sigv4 needs a prometheusUrl such as https://aps-workspaces.REGION.amazonaws.com/workspaces/ID',
    );
  }
  const [, region, workspace] = found;
  const { partition, account } = Stack.of(scope);
  return { workspaceArn: `arn:${partition}:aps:${region}:${account}:workspace/${workspace}` };
}
