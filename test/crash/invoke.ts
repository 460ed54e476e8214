/** Runs one of Doctor's functions, as it is deployed, on tables and queues that only one test uses. */
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { APIGatewayProxyEvent, SQSEvent } from 'aws-lambda';
import { makeDynamo, makeSecrets, makeSqs } from '../../adapters/clients.ts';
import type { Env } from '../../adapters/env.ts';
import { makeSns } from '../../adapters/sns.ts';
import type { StreamEvent } from '../../adapters/stream-records.ts';
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

/** How each function is loaded: only what is invoked, because a process that is killed invokes one. */
export const functions = {
  'alarm-evaluator': () => import('../../functions/alarm-evaluator/connect.ts'),
  alarming: () => import('../../functions/alarming/connect.ts'),
  'cloud-faults': () => import('../../functions/cloud-faults/connect.ts'),
  'cloud-mirror': () => import('../../functions/cloud-mirror/connect.ts'),
  compute: () => import('../../functions/compute/connect.ts'),
  doctor: () => import('../../functions/doctor/connect.ts'),
  'fault-finisher': () => import('../../functions/fault-finisher/connect.ts'),
  identity: () => import('../../functions/identity/connect.ts'),
  inventory: () => import('../../functions/inventory/connect.ts'),
  monitors: () => import('../../functions/monitors/connect.ts'),
  network: () => import('../../functions/network/connect.ts'),
  operations: () => import('../../functions/operations/connect.ts'),
  'periodic-evaluator': () => import('../../functions/periodic-evaluator/connect.ts'),
  'periodic-planner': () => import('../../functions/periodic-planner/connect.ts'),
  reconciler: () => import('../../functions/reconciler/connect.ts'),
  'report-receiver': () => import('../../functions/report-receiver/connect.ts'),
  sweeper: () => import('../../functions/sweeper/connect.ts'),
  timekeeper: () => import('../../functions/timekeeper/connect.ts'),
  'webhook-sender': () => import('../../functions/webhook-sender/connect.ts'),
};

async function run(invocation: Invocation, env: Env, clients: Clients): Promise<unknown> {
  const logger = new Logger({ logLevel: 'SILENT' });
  const metrics = new Metrics({ namespace: 'Doctor', serviceName: 'crash-test' });
  const { name, event } = invocation;
  switch (name) {
    case 'compute':
    case 'network':
    case 'operations':
    case 'monitors':
    case 'identity':
    case 'alarming': {
      const { connect } = await functions[name]();
      return connect(env, clients, logger)(event, lambdaContext);
    }
    case 'doctor': {
      const { connect } = await functions.doctor();
      const sns = async () => clients.sns;
      return connect(env, { ...clients, sns }, logger)(event, lambdaContext);
    }
    case 'alarm-evaluator':
    case 'webhook-sender':
    case 'periodic-evaluator': {
      const { connect } = await functions[name]();
      return connect(env, clients, logger, metrics)(event, lambdaContext);
    }
    case 'fault-finisher':
    case 'report-receiver':
    case 'cloud-mirror':
    case 'cloud-faults':
    case 'inventory': {
      const { connect } = await functions[name]();
      return connect(env, clients, logger)(event, lambdaContext);
    }
    case 'reconciler': {
      const { connect } = await functions.reconciler();
      return connect(env, clients, logger)(event, lambdaContext);
    }
    case 'periodic-planner': {
      const { connect } = await functions['periodic-planner']();
      return connect(env, clients, logger, metrics)(event, lambdaContext);
    }
    case 'timekeeper': {
      const tick = queued({ body: { tick: event.now } });
      const { connect } = await functions.timekeeper();
      return connect(env, clients, logger, () => event.now)(tick, lambdaContext);
    }
    case 'sweeper': {
      const { connect } = await functions.sweeper();
      return connect(env, clients, logger, metrics, () => event.now)(event, lambdaContext);
    }
  }
}
