/** Senders to the queues: events to evaluate, faults to finish, webhooks, and dead letters. */
import { createHash } from 'node:crypto';
import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { RoundLane, RoundMessage } from '../domain/alarms/round-plan.ts';
import { type ProjectTimer, timeoutMessages } from '../domain/alarms/timeout-messages.ts';
import type { CloudTask, MoveTask } from '../domain/cloud/cloud-task.ts';
import type { MissedHeartbeatsMessage } from '../domain/conditions/missed-heartbeats.ts';
import type { WebhookMessage } from '../domain/delivery/webhook.ts';
import { DomainError } from '../domain/errors.ts';
import { type DoctorEvent, projectOfEvent } from '../domain/events/event.ts';
import type { EventLane } from '../domain/events/event-lane.ts';
import type {
  DeadLetter,
  EventMessage,
  FinishMessage,
  GroupMessage,
} from '../domain/events/messages.ts';
import { toJson } from '../domain/json.ts';
import type { DelayedJob } from '../domain/mirror/cloud-job.ts';
import type { HostReturn } from '../domain/mirror/returned-host.ts';
import { packed } from '../domain/slices.ts';
import type { Tick } from '../domain/timers/ticks.ts';
import { inParallel } from './in-parallel.ts';

/** Events in a message: an evaluator needs about 100 ms for them. */
const eventsPerMessage = 50;
/** SQS takes 256 KiB for a message and for a batch; the rest is left for the envelope. */
const maxBytes = 250_000;

type Outgoing = {
  readonly body: string;
  readonly delaySeconds: number;
  /** SQS delivers messages of groups with few messages before those of groups with many. */
  readonly group?: string;
};

const bytesOf = (text: string): number => Buffer.byteLength(text);

/**
 * Sends all messages. Those that a batch refuses are sent again, up to three times.
 * @throws if some are left.
 */
async function sendAll(
  client: SQSClient,
  url: string,
  messages: readonly Outgoing[],
): Promise<void> {
  const batches = packed(messages, {
    most: 10,
    size: maxBytes,
    sizeOf: ({ body }) => bytesOf(body),
  });
  await inParallel(batches, 4, async (batch) => {
    let left = batch;
    for (let tries = 0; left.length > 0; tries++) {
      if (tries === 3) throw new Error(`${left.length} messages were refused by the queue`);
      const { Failed: failed = [] } = await client.send(
        new SendMessageBatchCommand({
          QueueUrl: url,
          Entries: left.map(({ body, delaySeconds, group }, n) => ({
            Id: String(n),
            MessageBody: body,
            DelaySeconds: delaySeconds,
            ...(group !== undefined && { MessageGroupId: group }),
          })),
        }),
      );
      const positions = new Set(failed.map(({ Id }) => Number(Id)));
      left = left.filter((_, n) => positions.has(n));
    }
  });
}

/** Durably queues bodies, at once. @throws if some are left. */
export const sendBodies = (
  client: SQSClient,
  url: string,
  bodies: readonly string[],
): Promise<void> =>
  sendAll(
    client,
    url,
    bodies.map((body) => ({ body, delaySeconds: 0 })),
  );

/** How events are sent; `perMessage`: the most events in one message. */
type Sending = Partial<Omit<EventMessage, 'events'>> & {
  readonly delaySeconds?: number;
  readonly perMessage?: number;
};

/** The queues that a function may send events to. */
export type EventQueueUrls = Readonly<Partial<Record<EventLane, string>>>;

/** Sends events to the queues of their lanes. */
export const eventQueues = (client: SQSClient, urls: EventQueueUrls) => ({
  /**
   * Durably queues the events in their lane, at most 50 a message, to be delivered after the delay. The
   * events of a message are of one project, which is its group. In the lane `fault` a message may have
   * events of several projects; it then has no group.
   */
  sendEvents: async (
    events: readonly DoctorEvent[],
    {
      lane = 'fault',
      attempts = 0,
      rest,
      copy,
      proof,
      delaySeconds = 0,
      perMessage = eventsPerMessage,
    }: Sending = {},
  ): Promise<void> => {
    const url = urls[lane];
    if (url === undefined) throw new DomainError('internal', `no queue for the lane ${lane}`);
    const shares = lane === 'fault' ? [events] : [...Map.groupBy(events, projectOfEvent).values()];
    const bodies = shares.flatMap((share) => {
      const sized = share.map((event) => ({ event, size: bytesOf(toJson(event)) }));
      const parts = packed(sized, {
        most: perMessage,
        size: maxBytes,
        sizeOf: ({ size }) => size + 1,
      });
      return parts.map((part): Outgoing => {
        const its = part.map(({ event }) => event);
        const message: EventMessage = {
          events: its,
          attempts,
          lane,
          ...(rest && { rest }),
          ...(copy && { copy }),
          ...(proof && { proof }),
        };
        const group = groupOfEvents(its);
        return { body: toJson(message), delaySeconds, ...(group && { group }) };
      });
    });
    await sendAll(client, url, bodies);
  },
});

/** The group of a message with these events: their project; undefined if they are of several. */
function groupOfEvents(events: readonly DoctorEvent[]): string | undefined {
  const [project, ...more] = new Set(events.map(projectOfEvent).filter((id) => id !== ''));
  return more.length > 0 ? undefined : groupOf(project ?? '');
}

/** Events in a message for the inventory. */
const eventsForInventory = 10;

/** Sends events from outside to the function that takes them over into the rows. */
export const inventoryQueue = (client: SQSClient, url: string) => ({
  /** Durably queues the events, at most ten in a message. */
  sendInventory: (events: readonly DoctorEvent[]): Promise<void> =>
    sendAll(
      client,
      url,
      packed(events, {
        most: eventsForInventory,
        size: maxBytes,
        sizeOf: (event) => bytesOf(toJson(event)) + 1,
      }).map((some) => ({ body: toJson({ events: some }), delaySeconds: 0 })),
    ),
});

/** The queue of the jobs that mirror the cloud. */
export const cloudJobQueue = (client: SQSClient, url: string) => ({
  /** Queues jobs, each to be delivered after its delay. */
  sendJobs: (jobs: readonly DelayedJob[]): Promise<void> =>
    sendAll(
      client,
      url,
      jobs.map(({ message, delaySeconds }) => ({ body: toJson(message), delaySeconds })),
    ),
  /** Queues that a host is up again, so that its servers are read. */
  sendHostReturn: (message: HostReturn): Promise<void> =>
    sendAll(client, url, [{ body: toJson(message), delaySeconds: 0 }]),
});

/** The queue of faults only. */
export const eventQueue = (client: SQSClient, url: string) => eventQueues(client, { fault: url });

/** Sends work to the fault-finisher. */
export const faultQueue = (client: SQSClient, url: string) => ({
  /** Queues each message once for each delay in seconds. */
  sendFinish: (messages: readonly FinishMessage[], delays: readonly number[]): Promise<void> =>
    sendAll(
      client,
      url,
      messages.flatMap((message) =>
        delays.map((delaySeconds) => ({ body: toJson(message), delaySeconds })),
      ),
    ),
});

/** Sends work to the function that applies Doctor's state to the cloud. */
export const cloudQueues = (
  client: SQSClient,
  urls: { readonly tasks: string; readonly moves: string },
) => {
  const send = (url: string, bodies: readonly unknown[], delaySeconds: number): Promise<void> =>
    sendAll(
      client,
      url,
      bodies.map((body) => ({ body: toJson(body), delaySeconds })),
    );
  return {
    /** Durably queues the tasks, to be delivered after the delay in seconds. */
    sendTasks: (tasks: readonly CloudTask[], delaySeconds: number): Promise<void> =>
      send(urls.tasks, tasks, delaySeconds),
    /** The same for steps of evacuations, which have a queue of their own. */
    sendMoves: (moves: readonly MoveTask[], delaySeconds: number): Promise<void> =>
      send(urls.moves, moves, delaySeconds),
  };
};

/** Hosts in a message of missed heartbeats: several receivers share the hosts of a large fault. */
const hostsPerMessage = 10;

/** Sends to the queue of reports what Doctor finds itself. */
export const missedHeartbeatsQueue = (client: SQSClient, url: string) => {
  const send = (messages: readonly MissedHeartbeatsMessage[]): Promise<void> =>
    sendAll(
      client,
      url,
      messages.map((message) => ({ body: toJson(message), delaySeconds: 0 })),
    );
  return {
    /**
     * Durably queues that the hosts miss their heartbeats. `awakeSince`: Doctor could receive no
     * heartbeat before.
     */
    sendMissed: (hosts: readonly string[], awakeSince: string): Promise<void> =>
      send(
        packed(hosts, { most: hostsPerMessage, size: maxBytes, sizeOf: bytesOf }).map(
          (missed): MissedHeartbeatsMessage => ({ missed, awake_since: awakeSince }),
        ),
      ),
    /** Durably queues that hosts that missed their heartbeats send them again. */
    sendHeard: (hosts: readonly string[]): Promise<void> =>
      send(
        packed(hosts, { most: hostsPerMessage, size: maxBytes, sizeOf: bytesOf }).map(
          (heard): MissedHeartbeatsMessage => ({ heard }),
        ),
      ),
  };
};

/** Sends timers of alarms to their queue. */
export const timeoutQueue = (client: SQSClient, url: string) => ({
  /** Durably queues the timers, each to be delivered when it falls due. The group is the project. */
  sendTimeouts: (timers: readonly ProjectTimer[], now: string): Promise<void> =>
    sendAll(
      client,
      url,
      timeoutMessages(timers, now).map(({ project_id, message, delaySeconds }) => ({
        body: toJson(message),
        delaySeconds,
        group: groupOf(project_id),
      })),
    ),
});

/**
 * After so many seconds most firings of a fault are written, and are sent in one group. With what comes after it, the
 * message of a group must arrive within two seconds of the report (`test/bench/group-time.test.ts`).
 */
export const groupDelaySeconds = 1;

/** Sends what is to be sent in groups, to the queue of faults. */
export const groupQueue = (client: SQSClient, url: string) => ({
  /** Durably queues the messages, to be delivered a second later. */
  sendGroups: (groups: readonly GroupMessage[]): Promise<void> =>
    sendAll(
      client,
      url,
      groups.map((group) => ({ body: toJson(group), delaySeconds: groupDelaySeconds })),
    ),
});

/** Sends ticks. */
export const tickQueue = (client: SQSClient, url: string) => ({
  sendTicks: (ticks: readonly (Tick & { readonly delaySeconds: number })[]): Promise<void> =>
    sendAll(
      client,
      url,
      ticks.map(({ tick, delaySeconds }) => ({ body: toJson({ tick }), delaySeconds })),
    ),
});

/** Sends webhooks to a queue of the webhook sender. */
export const webhookQueue = (client: SQSClient, url: string) => ({
  /** Durably queues the webhooks, to be delivered after the delay in seconds. The group is the project. */
  sendWebhooks: (webhooks: readonly WebhookMessage[], delaySeconds = 0): Promise<void> =>
    sendAll(
      client,
      url,
      webhooks.map((webhook) => ({
        body: toJson(webhook),
        delaySeconds,
        group: groupOf(webhook.project_id),
      })),
    ),
});

/** Sends the messages of rounds to the queues of their lanes. */
export const roundQueues = (client: SQSClient, urls: Readonly<Record<RoundLane, string>>) => ({
  /** Durably queues the messages in their lanes. The group is the project. */
  sendRounds: async (messages: readonly RoundMessage[]): Promise<void> => {
    for (const [lane, its] of Map.groupBy(messages, (message) => message.lane)) {
      const outgoing = its.map((message) => ({
        body: toJson(message),
        delaySeconds: 0,
        group: groupOf(message.project_id),
      }));
      await sendAll(client, urls[lane], outgoing);
    }
  },
});

/** A project's id may be longer than the 128 characters that SQS takes, or have others. */
const groupOf = (project: string): string => createHash('sha256').update(project).digest('hex');

/** The most characters of an element that a dead letter keeps. */
const shownCharacters = 60_000;
/** The most characters of a reason: a schema's error about a long message is longer still. */
const reasonCharacters = 4_000;

/** Sends to a dead-letter queue. */
export const deadLetters = (client: SQSClient, url: string) => ({
  /** Sends elements to the dead-letter queue, each with its reason; long ones are cut. */
  deadLetter: (letters: readonly DeadLetter[]): Promise<void> =>
    sendAll(
      client,
      url,
      letters.map(({ reason, element }) => {
        const text = toJson(element);
        const shown = text.length > shownCharacters ? text.slice(0, shownCharacters) : element;
        const why = reason.slice(0, reasonCharacters);
        return { body: toJson({ reason: why, element: shown }), delaySeconds: 0 };
      }),
    ),
});
