/** A stack for one test that keeps its data, and the steps of the test. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { expect } from 'vitest';
import * as z from 'zod';
import { readAccount, type Tenant } from '../../scripts/stack/accounts.ts';
import { type Client, login } from '../../scripts/stack/api.ts';
import { region, rootCredentials } from '../../scripts/stack/ministack.ts';
import { processesOf } from '../../scripts/stack/processes.ts';
import { StackState } from '../../scripts/stack/state.ts';
import { type Subscriber, subscribe } from '../../scripts/stack/subscriber.ts';
import { place, run, type Spawned } from './spawned.ts';

/** What a command printed, and its exit status. */
type Ended = { status: number | null; output: string };

const finished = async (command: Spawned): Promise<Ended> => ({
  status: await command.ended,
  output: command.output(),
});

const Made = z.object({ alarm_id: z.string() });
const History = z.array(z.looseObject({ type: z.string() }));

export type KeptStack = Awaited<ReturnType<typeof keptStack>>;

/** A new stack, up and deployed. */
export async function keptStack() {
  const { dir, env, [Symbol.dispose]: remove } = place();
  const script = (name: string, args: readonly string[] = [], more: Record<string, string> = {}) =>
    finished(run(['node', `scripts/${name}.ts`, ...args], { ...env, ...more }));
  const up = (more?: Record<string, string>) => script('up', [], more);
  const down = (...args: string[]) => script('down', args);
  const state = () => StackState.parse(JSON.parse(readFileSync(join(dir, 'stack.json'), 'utf8')));
  const output = (name: string) => state().outputs?.[name] ?? '';

  const first = await up();
  expect(first.status, first.output).toBe(0);
  const { endpoint } = state();
  const sqs = new SQSClient({ endpoint, region, credentials: rootCredentials });

  return {
    dir,
    up,
    down,
    state,
    /** Runs an npm script in the background. */
    begin: (name: string, more: Record<string, string> = {}) =>
      run(['node', `scripts/${name}.ts`], { ...env, ...more }),
    login: (who: 'admin' | Tenant): Promise<Client> =>
      login(output('ApiUrl'), readAccount(who, dir)),
    /** Subscribes a new queue to one of the topics. */
    subscribe: (topic: string, policy?: Record<string, unknown>): Promise<Subscriber> =>
      subscribe(endpoint, output(topic), policy),
    /** Creates a queue with two messages, one of which is delayed for 900 s. Returns its URL. */
    queueOfTwo: async (): Promise<string> => {
      const { QueueUrl = '' } = await sqs.send(
        new CreateQueueCommand({ QueueName: `two-${randomUUID()}` }),
      );
      for (const [MessageBody, DelaySeconds] of [
        ['now', 0],
        ['later', 900],
      ] as const) {
        await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, DelaySeconds }));
      }
      return QueueUrl;
    },
    /** The messages that a queue delivers, and how many are delayed. */
    contentOf: async (QueueUrl: string) => {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
      const { Attributes } = await sqs.send(
        new GetQueueAttributesCommand({
          QueueUrl,
          AttributeNames: ['ApproximateNumberOfMessagesDelayed'],
        }),
      );
      const delayed = Number(Attributes?.ApproximateNumberOfMessagesDelayed);
      return { bodies: Messages.map(({ Body }) => Body), delayed };
    },
    /** Kills all processes of the stack, like a reboot or an impatient user. */
    crash: async (): Promise<void> => {
      const { instance } = state();
      for (const pid of processesOf(instance)) process.kill(pid, 'SIGKILL');
      await expect.poll(() => processesOf(instance), { timeout: 10_000 }).toEqual([]);
    },
    remove: async (): Promise<void> => {
      sqs.destroy();
      await down('--discard');
      remove();
    },
  };
}

/** Registers a server on a new host, or on an existing one, with an alarm of its tenant on its stop. */
export async function watchedServer(admin: Client, tenant: Client, on?: string) {
  const [host, server] = [on ?? `cmp-${randomUUID().slice(0, 8)}`, randomUUID()];
  if (on === undefined) {
    await admin.expect('PUT', `/doctor/v1/hosts/${host}`, { body: { zone: 'nova' } });
  }
  await admin.expect('PUT', `/doctor/v1/servers/${server}`, {
    body: { name: 'web', host, project_id: tenant.projectId, user_id: 'u', vm_state: 'active' },
  });
  const query = [
    { field: 'traits.instance_id', op: 'eq', type: 'string', value: server },
    { field: 'traits.state', op: 'eq', type: 'string', value: 'stopped' },
  ];
  const event_rule = { event_type: 'compute.instance.update', query };
  const made = await tenant.expect('POST', '/alarming/v2/alarms', {
    body: { name: `off-${server}`, type: 'event', event_rule, repeat_actions: true },
  });
  return { host, server, alarm: Made.parse(made.body).alarm_id };
}

/** Reports a host down, or up again. */
export const reportDown = (admin: Client, host: string, forced_down = true) =>
  admin.expect('PUT', '/compute/v2.1/os-services/force-down', {
    headers: { 'X-OpenStack-Nova-API-Version': '2.11' },
    body: { host, binary: 'nova-compute', forced_down },
  });

/** The history of an alarm, newest first. */
export async function historyOf(tenant: Client, alarm: string): Promise<string[]> {
  const { body } = await tenant.expect('GET', `/alarming/v2/alarms/${alarm}/history`);
  return History.parse(body).map(({ type }) => type);
}
