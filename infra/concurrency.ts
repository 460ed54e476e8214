/**
 * Reserves a part of the account's concurrency for the functions that carry faults, so that nothing
 * else in the account can use it. It reserves none on emulators: there, each throttled invocation
 * uses up one of the receives of a message.
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

/**
 * The concurrency that AWS Lambda keeps for functions without a reservation. Source: the quotas of
 * Lambda.
 */
export const leastUnreserved = 100;

/**
 * Reconcilers: one for each shard of the three streams. Tables under high load have several shards.
 */
const streamConcurrency = 20;

/**
 * The reserved concurrency of each function, by the name of its construct: so many can always run,
 * and no more. A consumer gets what its queues start at once, so that Lambda never throttles it.
 * Empty if `reportConcurrency` is 0.
 */
export function reservations(settings: ServiceSettings): Readonly<Record<string, number>> {
  const { reportConcurrency, evaluatorConcurrency } = settings;
  if (reportConcurrency === 0) return {};
  return {
    HostReports: reportConcurrency,
    // Reports on ports.
    Network: reportConcurrency,
    Doctor: reportConcurrency,
    Monitors: reportConcurrency,
    // What tenants request cannot take the concurrency of functions without a reservation, such as logins.
    Compute: settings.tenantConcurrency,
    Alarming: settings.tenantConcurrency,
    // Held requests of pages cannot use the concurrency of other functions.
    Operations: settings.operationsConcurrency,
    ReportReceiver: receiverConcurrency,
    Reconciler: streamConcurrency,
    AlarmEvaluator: evaluatorConcurrency,
    FaultFinisher: finisherConcurrency,
    WebhookSender: 2 * settings.webhookConcurrency,
  };
}

/**
 * How many functions all queues together start at once. Beside the queue of faults there are four
 * of events, one of timers of alarms, two each of webhooks, rounds and the cloud, and one of ticks.
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

/**
 * Concurrent evaluators of periodic alarms whose queries are not answered in time. Lambda's minimum
 * is two.
 */
export const slowConcurrency = ({ periodicConcurrency }: ServiceSettings): number =>
  Math.max(2, Math.floor(periodicConcurrency / 2));

/**
 * The message that says what is wrong with the settings for an account with this limit; undefined
 * if they fit.
 */
export function tooMuch(settings: ServiceSettings): string | undefined {
  const { accountConcurrency } = settings;
  const reserved = Object.values(reservations(settings)).reduce((sum, each) => sum + each, 0);
  if (reserved === 0 || reserved + leastUnreserved <= accountConcurrency) return undefined;
  return (
    `functions reserve a concurrency of ${reserved}, and AWS keeps ${leastUnreserved} for all others, ` +
    `but the account has ${accountConcurrency} (accountConcurrency): have its Lambda quota "Concurrent ` +
    'executions" raised, lower reportConcurrency and tenantConcurrency, or set reportConcurrency=0, which reserves nothing'
  );
}

/**
 * Reserves the concurrency. Fails the synth if the account has too little, with a message that says
 * what to set.
 */
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
