/**
 * What of the account's concurrency is reserved for the functions that carry faults, so that
 * nothing else that runs in the account can take it. Not on emulators: their reserved concurrency
 * burns the receive counts of messages.
 */
import { Annotations } from 'aws-cdk-lib';
import { CfnFunction, type IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';
import {
  cloudConcurrency,
  finisherConcurrency,
  receiverConcurrency,
  timekeeperConcurrency,
} from './messaging.ts';
import type { ServiceSettings } from './settings.ts';

/** What AWS Lambda keeps for functions without a reservation. Source: its quotas. */
export const leastUnreserved = 100;

/** One for each shard of the three streams; tables that are asked for much have several. */
const streamConcurrency = 20;

/**
 * How many of each function may run at once, for sure and at most, by the name of its construct. The
 * consumers' are what their queues start at once, so that Lambda never refuses one. Empty where
 * `reportConcurrency` is 0.
 */
export function reservations(settings: ServiceSettings): Readonly<Record<string, number>> {
  const { reportConcurrency, evaluatorConcurrency } = settings;
  if (reportConcurrency === 0) return {};
  return {
    Compute: reportConcurrency,
    Doctor: reportConcurrency,
    Monitors: reportConcurrency,
    // Held requests of pages cannot take what is left for others.
    Operations: settings.operationsConcurrency,
    ReportReceiver: receiverConcurrency,
    Reconciler: streamConcurrency,
    AlarmEvaluator: evaluatorConcurrency,
    FaultFinisher: finisherConcurrency,
  };
}

/**
 * What all queues together start at once: four of events beside that of faults, one of timers of
 * alarms, two each of webhooks, rounds and the cloud, and one of ticks.
 */
const startedByQueues = (settings: ServiceSettings): number =>
  settings.evaluatorConcurrency +
  4 * settings.bulkConcurrency +
  settings.timeoutConcurrency +
  settings.periodicConcurrency +
  slowConcurrency(settings) +
  finisherConcurrency +
  receiverConcurrency +
  (settings.cloud === '' ? 0 : 2 * cloudConcurrency) +
  2 * settings.webhookConcurrency +
  timekeeperConcurrency;

/** Evaluators of periodic alarms whose queries are not answered in time. Lambda takes two at least. */
export const slowConcurrency = ({ periodicConcurrency }: ServiceSettings): number =>
  Math.max(2, Math.floor(periodicConcurrency / 2));

/** What is wrong with the settings on an account with this limit; undefined if all fits. */
export function tooMuch(settings: ServiceSettings): string | undefined {
  const { accountConcurrency } = settings;
  const reserved = Object.values(reservations(settings)).reduce((sum, each) => sum + each, 0);
  if (reserved === 0 || reserved + leastUnreserved <= accountConcurrency) return undefined;
  return (
    `functions reserve a concurrency of ${reserved}, and AWS keeps ${leastUnreserved} for all others, ` +
    `but the account has ${accountConcurrency} (accountConcurrency): have its Lambda quota "Concurrent ` +
    'executions" raised, lower reportConcurrency, or set reportConcurrency=0, which reserves nothing'
  );
}

/** Reserves it. Fails the synth where the account has too little, and says what to set. */
export function reserveConcurrency(
  scope: IConstruct,
  functions: Readonly<Record<string, IFunction>>,
  settings: ServiceSettings,
): void {
  const complaint = tooMuch(settings);
  scope.node.addValidation({ validate: () => (complaint === undefined ? [] : [complaint]) });
  const started = startedByQueues(settings);
  if (started >= settings.accountConcurrency) {
    Annotations.of(scope).addWarningV2(
      'doctor:concurrency',
      `queues start ${started} functions at once, and the account has ${settings.accountConcurrency} ` +
        '(accountConcurrency): requests to the API may be refused while they work',
    );
  }
  for (const [name, count] of Object.entries(reservations(settings))) {
    const resource = functions[name]?.node.defaultChild;
    if (!(resource instanceof CfnFunction)) throw new Error(`there is no function ${name}`);
    resource.reservedConcurrentExecutions = count;
  }
}
