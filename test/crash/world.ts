/**
 * Doctor on tables, queues and topics that only one test uses. No function runs by itself: the test
 * says which function runs when, and how it fails.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { once } from 'es-toolkit';
import type { EnvName } from '../../adapters/env.ts';
import { type EventLane, eventLanes } from '../../domain/events/event-lane.ts';
import { monitorPaths } from '../../infra/monitors.ts';
import { operationPaths } from '../../infra/operations.ts';
import { stateDir } from '../../scripts/stack/state.ts';
import { type Call, proxyEvent } from '../functions/call.ts';
import { type OwnThings, ownThings } from '../stack/own-tables.ts';
import { login, readStack } from '../stack/stack.ts';
import { childBundle } from './child-bundle.ts';
import type { Disturbance } from './disturbance.ts';
import { type Invocation, type Invoked, invoke, type Prepare } from './invoke.ts';
import { makeQueueReader, type QueueReader } from './queue-reader.ts';
import { makeStreamReader, type StreamReader } from './stream-reader.ts';

/** The outcome of an invocation. */
export type Outcome =
  | ({ readonly kind: 'done' } & Invoked)
  | { readonly kind: 'threw'; readonly error: unknown }
  | { readonly kind: 'was killed' };

/** The SDK's variables, for clients in this process and in child processes. */
function awsEnv(): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: readStack().endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  };
}

/** The batch size of the reconciler's event sources. */
const recordsAtOnce = 100;

export class World {
  readonly things: OwnThings;
  readonly #streams: StreamReader;
  readonly #queues: Readonly<
    Record<'faults' | 'webhooks' | 'retries' | 'rounds' | 'timeouts', QueueReader>
  >;
  readonly #events: Readonly<Record<EventLane, QueueReader>>;
  readonly #token: string;

  constructor(things: OwnThings, token: string) {
    this.things = things;
    this.#token = token;
    const { HOSTS_TABLE, INSTANCES_TABLE, PORTS_TABLE } = things.env;
    const { EVENT_QUEUE_URL, URGENT_QUEUE_URL, BULK_QUEUE_URL, WIDE_QUEUE_URL } = things.env;
    const { FAULT_QUEUE_URL, CHANGE_QUEUE_URL } = things.env;
    const { WEBHOOK_QUEUE_URL, WEBHOOK_RETRY_QUEUE_URL } = things.env;
    this.#streams = makeStreamReader([HOSTS_TABLE, INSTANCES_TABLE, PORTS_TABLE]);
    this.#queues = {
      faults: makeQueueReader(FAULT_QUEUE_URL),
      webhooks: makeQueueReader(WEBHOOK_QUEUE_URL),
      retries: makeQueueReader(WEBHOOK_RETRY_QUEUE_URL),
      rounds: makeQueueReader(things.env.PERIODIC_QUEUE_URL),
      timeouts: makeQueueReader(things.env.TIMEOUT_QUEUE_URL),
    };
    this.#events = {
      fault: makeQueueReader(EVENT_QUEUE_URL),
      change: makeQueueReader(CHANGE_QUEUE_URL),
      urgent: makeQueueReader(URGENT_QUEUE_URL),
      bulk: makeQueueReader(BULK_QUEUE_URL),
      wide: makeQueueReader(WIDE_QUEUE_URL),
    };
  }

  /** Invokes a function. An invocation that is to be killed runs in a child process. */
  async run(
    invocation: Invocation,
    disturbance?: Disturbance,
    prepare?: Prepare,
  ): Promise<Outcome> {
    if (disturbance?.how === 'is the last thing done') {
      return runAndKill({ invocation, env: this.things.env, disturbance });
    }
    try {
      return { kind: 'done', ...(await invoke(invocation, this.things.env, disturbance, prepare)) };
    } catch (error) {
      return { kind: 'threw', error };
    }
  }

  /** Sends a request of the admin to a surface, through its function. */
  request(call: Call, disturbance?: Disturbance, prepare?: Prepare): Promise<Outcome> {
    const headers = { 'X-Auth-Token': this.#token, ...call.headers };
    const event = proxyEvent({ ...call, headers });
    const surfaces = ['compute', 'network', 'alarming', 'identity'] as const;
    const ofMonitors = [...monitorPaths.map((path) => `/doctor/v1/${path}`), '/instance-ha'].some(
      (path) => call.path.startsWith(path),
    );
    const ofOperations = operationPaths.some((path) => call.path.startsWith(`/doctor/v1/${path}`));
    const other = ofOperations ? 'operations' : ofMonitors ? 'monitors' : 'doctor';
    const name = surfaces.find((surface) => call.path.startsWith(`/${surface}`)) ?? other;
    return this.run({ name, event }, disturbance, prepare);
  }

  /** Runs the reconciler on the new records of the streams. Records stay if it fails. */
  async reconcile(disturbance?: Disturbance, prepare?: Prepare): Promise<Outcome | undefined> {
    const records = (await this.#streams.pending()).slice(0, recordsAtOnce);
    if (records.length === 0) return undefined;
    const event = { Records: records };
    const outcome = await this.run({ name: 'reconciler', event }, disturbance, prepare);
    if (outcome.kind === 'done') this.#streams.forget(records);
    return outcome;
  }

  /** Skips the present records of the streams, as if they were handled. */
  async skipRecords(): Promise<void> {
    this.#streams.forget(await this.#streams.pending());
  }

  /** Runs the evaluator on the messages of one of the queues of events. Messages stay if it fails. */
  async evaluate(disturbance?: Disturbance, prepare?: Prepare): Promise<Outcome | undefined> {
    for (const lane of eventLanes) {
      const outcome = await this.evaluateLane(lane, disturbance, prepare);
      if (outcome) return outcome;
    }
    return undefined;
  }

  /** Runs the evaluator on the messages in the queue of a lane. */
  evaluateLane(
    lane: EventLane,
    disturbance?: Disturbance,
    prepare?: Prepare,
  ): Promise<Outcome | undefined> {
    return this.#consume('alarm-evaluator', this.#events[lane], disturbance, prepare);
  }

  /** Runs the evaluator on the messages in the queue of timers. */
  evaluateTimeouts(disturbance?: Disturbance): Promise<Outcome | undefined> {
    return this.#consume('alarm-evaluator', this.#queues.timeouts, disturbance);
  }

  /** Runs the fault-finisher on the messages in its queue. */
  finish(disturbance?: Disturbance, prepare?: Prepare): Promise<Outcome | undefined> {
    return this.#consume('fault-finisher', this.#queues.faults, disturbance, prepare);
  }

  /** Runs the webhook-sender on first attempts, or if there are none on retries. */
  async send(disturbance?: Disturbance): Promise<Outcome | undefined> {
    const { webhooks, retries } = this.#queues;
    return (
      (await this.#consume('webhook-sender', webhooks, disturbance)) ??
      (await this.#consume('webhook-sender', retries, disturbance))
    );
  }

  /** Runs the planner for the round of a time. */
  plan(time: string): Promise<Outcome> {
    return this.run({ name: 'periodic-planner', event: { time } });
  }

  /** Runs the evaluator of rounds on the messages in the queue of the first lane. */
  evaluateRound(disturbance?: Disturbance): Promise<Outcome | undefined> {
    return this.#consume('periodic-evaluator', this.#queues.rounds, disturbance);
  }

  /** Runs the sweeper at a time so late that it takes every row that is undelivered now, or later. */
  sweep(disturbance?: Disturbance, laterSeconds = 120): Promise<Outcome> {
    const now = Date.now() + laterSeconds * 1000;
    return this.run({ name: 'sweeper', event: { now } }, disturbance);
  }

  async #consume(
    name: 'alarm-evaluator' | 'fault-finisher' | 'webhook-sender' | 'periodic-evaluator',
    queue: QueueReader,
    disturbance?: Disturbance,
    prepare?: Prepare,
  ): Promise<Outcome | undefined> {
    const received = await queue.receive();
    if (received.event.Records.length === 0) return undefined;
    const outcome = await this.run({ name, event: received.event }, disturbance, prepare);
    await received.settle(outcome.kind === 'done' ? outcome.result : undefined);
    return outcome;
  }

  /** Runs all functions, without disturbances, until no work is left. */
  async recover(): Promise<void> {
    for (let idle = 0; idle < 2; ) {
      const ran = [await this.reconcile(), await this.finish(), await this.evaluate()];
      idle = ran.every((outcome) => outcome === undefined) ? idle + 1 : 0;
      if (idle === 1) await sleep(50);
    }
    await this.sweep();
  }

  /** The notifications that the subscriber received since the last call. */
  async received(): Promise<Record<string, unknown>[]> {
    const received = await this.things.notifications.receive(0, 0);
    return received.map(({ body }) => body);
  }
}

/** One login for all worlds: to check a password takes longer than most tests. */
const adminToken = once(async () => (await login('admin')).token);

/** Makes a new world, with other settings if given. `using` deletes it after the test. */
export async function makeWorld(
  settings: Partial<Record<EnvName, string>> = {},
): Promise<World & AsyncDisposable> {
  Object.assign(process.env, awsEnv());
  const [things, token] = await Promise.all([ownThings(), adminToken()]);
  const world = new World({ ...things, env: { ...things.env, ...settings } }, token);
  return Object.assign(world, { [Symbol.asyncDispose]: () => things.cleanup() });
}

async function runAndKill(job: {
  readonly invocation: Invocation;
  readonly env: Readonly<Record<string, string>>;
  readonly disturbance: Disturbance;
}): Promise<Outcome> {
  const bundle = await childBundle();
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [bundle], {
      // To compile its modules is half of the process's time unless the compiled code is kept.
      env: { ...process.env, ...awsEnv(), NODE_COMPILE_CACHE: join(stateDir, 'compiled') },
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    child.on('error', failed);
    child.on('exit', (code, signal) => {
      if (signal === 'SIGKILL') done({ kind: 'was killed' });
      else if (code === 0) done({ kind: 'done', result: undefined, calls: [] });
      else done({ kind: 'threw', error: new Error(`the process ended with ${code}`) });
    });
    child.stdin.end(JSON.stringify(job));
  });
}
