import { setTimeout as sleep } from 'node:timers/promises';
import { readAccount } from '../scripts/stack/accounts.ts';
import { type Client, login } from '../scripts/stack/api.ts';
import type { Stack } from '../scripts/stack/bring-up.ts';
import { type Received, type Subscriber, subscribe } from '../scripts/stack/subscriber.ts';
import { type Fleet, makeFleet } from './fleet.ts';
import { makePortFleet } from './port-fleet.ts';
import { type Queues, queuesOf } from './queues.ts';

/** The hosts, ports and subscriber that scenarios of faults use. */
export type Bed = {
  readonly queues: Queues;
  readonly apiUrl: string;
  readonly admin: Client;
  /** Creates a host with instances, each with an alarm, by default on the state `stopped`. */
  readonly fleetOf: (size: number, alarm?: (uuid: string) => unknown) => Promise<Fleet>;
  /** Makes a host with ports, each with an alarm on its data plane. */
  readonly portsOf: (size: number) => Promise<Fleet>;
  /** A queue of the tenant's, subscribed to the notifications of its project. */
  readonly subscriber: Subscriber;
  /**
   * Waits until this many notifications are in the queue, without receiving them. Polls at least
   * once a second.
   */
  readonly arrived: (count: number, withinMs: number) => Promise<void>;
  readonly close: () => Promise<void>;
};

export async function makeBed(stack: Stack): Promise<Bed> {
  const { endpoint, outputs } = stack;
  const apiUrl = outputs.ApiUrl ?? '';
  const admin = await login(apiUrl, readAccount('admin'));
  const tenant = await login(apiUrl, readAccount('tenant-a'));
  const queues = queuesOf(stack);
  const policy = { project_id: [tenant.projectId] };
  const subscriber = await subscribe(endpoint, outputs.NotificationsTopicArn ?? '', policy);
  return {
    queues,
    subscriber,
    apiUrl,
    admin,
    fleetOf: (size, alarm) => makeFleet({ admin, tenant }, size, alarm),
    portsOf: (size) => makePortFleet({ admin, tenant }, size),
    arrived: async (count, withinMs) => {
      const deadline = Date.now() + withinMs;
      while ((await queues.depth(subscriber.queueUrl)).visible < count && Date.now() < deadline) {
        await sleep(200);
      }
    },
    close: () => subscriber.close(),
  };
}

/** Receives all notifications that have arrived; does not wait for more. */
export const taken = ({ subscriber }: Bed): Promise<Received[]> => subscriber.receive(0, 0);
