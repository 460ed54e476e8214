/** Runs one of Doctor's functions, as it is deployed, on tables and queues that only one test uses. */
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { APIGatewayProxyEvent, SQSEvent } from 'aws-lambda';
import { makeDynamo, makeSecrets, makeSqs } from '../../adapters/clients.ts';
import type { Env } from '../../adapters/env.ts';
import { makeSns } from '../../adapters/sns.ts';
import type { StreamEvent } from '../../adapters/stream-records.ts';
import { connect as alarmEvaluator } from '../../functions/alarm-evaluator/connect.ts';
import { connect as alarming } from '../../functions/alarming/connect.ts';
import { connect as cloudFaults } from '../../functions/cloud-faults/connect.ts';
import { connect as cloudMirror } from '../../functions/cloud-mirror/connect.ts';
import { connect as compute } from '../../functions/compute/connect.ts';
import { connect as doctor } from '../../functions/doctor/connect.ts';
import { connect as faultFinisher } from '../../functions/fault-finisher/connect.ts';
import { connect as identity } from '../../functions/identity/connect.ts';
import { connect as inventory } from '../../functions/inventory/connect.ts';
import { connect as monitors } from '../../functions/monitors/connect.ts';
import { connect as network } from '../../functions/network/connect.ts';
import { connect as operations } from '../../functions/operations/connect.ts';
import { connect as periodicEvaluator } from '../../functions/periodic-evaluator/connect.ts';
import { connect as periodicPlanner } from '../../functions/periodic-planner/connect.ts';
import { connect as reconciler } from '../../functions/reconciler/connect.ts';
import { connect as reportReceiver } from '../../functions/report-receiver/connect.ts';
import { connect as sweeper } from '../../functions/sweeper/connect.ts';
import { connect as timekeeper } from '../../functions/timekeeper/connect.ts';
import { connect as webhookSender } from '../../functions/webhook-sender/connect.ts';
import { lambdaContext } from '../functions/call.ts';
import { queued } from '../functions/consumers/lambda.ts';
import { type Disturbable, type Disturbance, disturb } from './disturbance.ts';

// No test reads what is counted here.
process.env.POWERTOOLS_METRICS_DISABLED = 'true';

/** The event with which each function is invoked. */
export type Invocation =
  | {
      readonly name:
        | 'compute'
        | 'network'
        | 'doctor'
        | 'monitors'
        | 'operations'
        | 'alarming'
        | 'identity';
      readonly event: APIGatewayProxyEvent;
    }
  | {
      readonly name:
        | 'alarm-evaluator'
        | 'fault-finisher'
        | 'webhook-sender'
        | 'report-receiver'
        | 'inventory'
        | 'cloud-mirror'
        | 'periodic-evaluator'
        | 'cloud-faults';
      readonly event: SQSEvent;
    }
  | { readonly name: 'reconciler'; readonly event: StreamEvent }
  | { readonly name: 'sweeper'; readonly event: { readonly now: number } }
  | { readonly name: 'periodic-planner'; readonly event: { readonly time: string } }
  /** A tick that is planned for `now` and arrives at that time. */
  | { readonly name: 'timekeeper'; readonly event: { readonly now: string } };

export type Invoked = {
  readonly result: unknown;
  /** The changing calls that were made. */
  readonly calls: readonly string[];
};

/** Lets a test change the clients before the function runs, for example to delay an index. */
export type Prepare = (clients: Disturbable) => void;

/** One invocation in this process; throws what the function throws. */
export async function invoke(
  invocation: Invocation,
  env: Env,
  disturbance?: Disturbance,
  prepare: Prepare = () => {},
): Promise<Invoked> {
  const clients = { dynamo: makeDynamo(), sqs: makeSqs(), sns: makeSns(), secrets: makeSecrets() };
  prepare(clients);
  const calls = disturb(clients, disturbance);
  try {
    return { result: await run(invocation, env, clients), calls };
  } finally {
    for (const client of Object.values(clients)) client.destroy();
  }
}

type Clients = Disturbable & { readonly secrets: ReturnType<typeof makeSecrets> };

function run(invocation: Invocation, env: Env, clients: Clients): Promise<unknown> {
  const logger = new Logger({ logLevel: 'SILENT' });
  const metrics = new Metrics({ namespace: 'Doctor', serviceName: 'crash-test' });
  const { name, event } = invocation;
  switch (name) {
    case 'compute':
      return compute(env, clients, logger)(event, lambdaContext);
    case 'network':
      return network(env, clients, logger)(event, lambdaContext);
    case 'doctor':
      return doctor(
        env,
        { ...clients, sns: async () => clients.sns },
        logger,
      )(event, lambdaContext);
    case 'operations':
      return operations(env, clients, logger)(event, lambdaContext);
    case 'monitors':
      return monitors(env, clients, logger)(event, lambdaContext);
    case 'identity':
      return identity(env, clients, logger)(event, lambdaContext);
    case 'alarming':
      return alarming(env, clients, logger)(event, lambdaContext);
    case 'alarm-evaluator':
      return alarmEvaluator(env, clients, logger, metrics)(event, lambdaContext);
    case 'fault-finisher':
      return faultFinisher(env, clients, logger)(event, lambdaContext);
    case 'webhook-sender':
      return webhookSender(env, clients, logger, metrics)(event, lambdaContext);
    case 'report-receiver':
      return reportReceiver(env, clients, logger)(event, lambdaContext);
    case 'cloud-mirror':
      return cloudMirror(env, clients, logger)(event, lambdaContext);
    case 'cloud-faults':
      return cloudFaults(env, clients, logger)(event, lambdaContext);
    case 'inventory':
      return inventory(env, clients, logger)(event, lambdaContext);
    case 'reconciler':
      return reconciler(env, clients, logger)(event, lambdaContext);
    case 'periodic-planner':
      return periodicPlanner(env, clients, logger, metrics)(event, lambdaContext);
    case 'periodic-evaluator':
      return periodicEvaluator(env, clients, logger, metrics)(event, lambdaContext);
    case 'timekeeper': {
      const tick = queued({ body: { tick: event.now } });
      return timekeeper(env, clients, logger, () => event.now)(tick, lambdaContext);
    }
    case 'sweeper':
      return sweeper(env, clients, logger, metrics, () => event.now)(event, lambdaContext);
  }
}
