import { Duration } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { EnvName } from '../adapters/env.ts';
import { allowIndexes, allowPublish, allowRows, allowSend } from './grants.ts';
import { topicVariables } from './messaging.ts';
import { ServiceFunction } from './service-function.ts';
import { variablesOf } from './settings.ts';
import type { Capability, Wiring } from './wiring.ts';

interface EvaluatorProps extends Wiring {
  readonly description: string;
  readonly errorImpact: string;
  /**
   * The queues that the function reads. It sends the failed part of a message back to its queue.
   */
  readonly sources: Partial<Record<EnvName, Queue>>;
  /** For events that cannot be evaluated. */
  readonly deadLetters: Queue;
  readonly batchSize: number;
  /** Concurrent invocations for each source. */
  readonly concurrency: number;
  /**
   * One more queue to read, to which nothing is sent back, and its number of concurrent
   * invocations.
   */
  readonly more?: { readonly queue: Queue; readonly concurrency: number };
  /** `gentle`: few reads and writes at once, so that faults are not delayed. */
  readonly pace: 'full' | 'gentle';
  /** The table of the proofs that events may carry. Without it, events carry none. */
  readonly faults?: ITable;
}

/** Fires alarms for the events of its queues. */
class Evaluator extends Construct implements Capability {
  readonly function: ServiceFunction;

  constructor(scope: Construct, id: string, props: EvaluatorProps) {
    super(scope, id);
    const { tables, messaging, settings, sources, deadLetters } = props;
    const urls = Object.entries(sources).map(([name, { queueUrl }]) => [name, queueUrl]);
    this.function = new ServiceFunction(this, 'Function', {
      name: 'alarm-evaluator',
      description: props.description,
      errorImpact: props.errorImpact,
      timeout: Duration.seconds(settings.evaluatorTimeoutSeconds),
      environment: {
        ALARMS_TABLE: tables.alarms.tableName,
        HISTORY_TABLE: tables.history.tableName,
        ACTIVITY_TABLE: tables.activity.tableName,
        QUOTAS_TABLE: tables.quotas.tableName,
        SILENCES_TABLE: tables.silences.tableName,
        TIMERS_TABLE: tables.timers.tableName,
        WIDE_QUEUE_URL: messaging.wideQueue.queueUrl,
        ...Object.fromEntries(urls),
        EVENT_DLQ_URL: deadLetters.queueUrl,
        WEBHOOK_QUEUE_URL: messaging.webhookQueue.queueUrl,
        GROUP_QUEUE_URL: messaging.eventQueue.queueUrl,
        ...topicVariables(messaging),
        ...variablesOf(settings, 'historyRetentionDays', 'timeoutConcurrency'),
        EVALUATOR_PACE: props.pace,
        ...(props.faults && { FAULTS_TABLE: props.faults.tableName }),
      },
    });
    const { function: fn } = this;
    for (const source of Object.values(sources)) {
      fn.addEventSource(
        new SqsEventSource(source, {
          batchSize: props.batchSize,
          reportBatchItemFailures: true,
          // Not reserved concurrency: throttled invocations would use up the receive counts of messages.
          maxConcurrency: props.concurrency,
        }),
      );
    }
    if (props.more) {
      const { queue, concurrency } = props.more;
      fn.addEventSource(
        new SqsEventSource(queue, {
          batchSize: 1,
          reportBatchItemFailures: true,
          maxConcurrency: concurrency,
        }),
      );
    }
    allowIndexes(fn, tables.alarms, 'byKey');
    allowRows(fn, tables.quotas, 'BatchGetItem');
    allowRows(fn, tables.silences, 'BatchGetItem');
    if (props.faults) allowRows(fn, props.faults, 'GetItem');
    allowRows(fn, tables.alarms, 'BatchGetItem', 'UpdateItem');
    allowRows(fn, tables.history, 'BatchGetItem', 'PutItem', 'PartiQLUpdate');
    allowRows(fn, tables.activity, 'PartiQLInsert', 'UpdateItem');
    allowRows(fn, tables.timers, 'PutItem');
    for (const topic of [...messaging.notifications, ...messaging.groups]) allowPublish(fn, topic);
    const sent = new Set([
      ...[...Object.values(sources), messaging.wideQueue, deadLetters],
      ...[messaging.webhookQueue, messaging.eventQueue],
    ]);
    for (const queue of sent) allowSend(fn, queue);
  }
}

/**
 * Fires alarms for faults, and sends groups of their firings. Its queue holds events of faults
 * only.
 */
export class AlarmEvaluator extends Evaluator {
  constructor(scope: Construct, id: string, wiring: Wiring) {
    super(scope, id, {
      ...wiring,
      description: 'Doctor: fires alarms for faults, and notifies',
      errorImpact:
        'notifications are late; after ten receives an event is in the dead-letter queue',
      sources: { EVENT_QUEUE_URL: wiring.messaging.eventQueue },
      deadLetters: wiring.messaging.eventDeadLetters,
      batchSize: 2,
      concurrency: wiring.settings.evaluatorConcurrency,
      pace: 'full',
      faults: wiring.tables.faults,
    });
    const { history } = wiring.tables;
    allowRows(this.function, history, 'Query');
    allowIndexes(this.function, history, 'byFault');
  }
}

/**
 * Fires alarms for all other events, deferred alarms of whole projects, and alarms on events that
 * do not come.
 */
export class BulkEvaluator extends Evaluator {
  constructor(scope: Construct, id: string, wiring: Wiring) {
    const { messaging, settings } = wiring;
    super(scope, id, {
      ...wiring,
      description:
        'Doctor: fires alarms for all other events, and deferred alarms of whole projects',
      errorImpact:
        'notifications of all events but faults, and of alarms of whole projects, are late',
      sources: {
        CHANGE_QUEUE_URL: messaging.changeQueue,
        URGENT_QUEUE_URL: messaging.urgentQueue,
        BULK_QUEUE_URL: messaging.bulkQueue,
        WIDE_QUEUE_URL: messaging.wideQueue,
      },
      deadLetters: messaging.bulkDeadLetters,
      batchSize: 2,
      concurrency: settings.bulkConcurrency,
      more: { queue: messaging.timeoutQueue, concurrency: settings.timeoutConcurrency },
      pace: 'gentle',
    });
  }
}
