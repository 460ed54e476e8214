/** Publishers to the SNS topics: `notifications` for owners of alarms, `events` for operators. */
import {
  PublishBatchCommand,
  type PublishBatchRequestEntry,
  type SNSClient,
} from '@aws-sdk/client-sns';
import type { OutboxRow } from '../domain/alarms/firing.ts';
import { topicOf } from '../domain/delivery/subscription.ts';
import type { DoctorEvent } from '../domain/events/event.ts';
import { toJson } from '../domain/json.ts';
import { packed } from '../domain/slices.ts';
import { inParallel } from './in-parallel.ts';
import { topicAudience } from './topic-audience.ts';

/** SNS takes 256 KiB for a batch, attributes included. */
const maxBytes = 240_000;
const width = 8;

const attributesOf = (values: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(values).map(([name, StringValue]) => [
      name,
      { DataType: 'String', StringValue },
    ]),
  );

/** The bytes that SNS counts: the body, and the names, types and values of the attributes. */
const bytesOf = ({ body, attributes }: Message): number =>
  Object.entries(attributes).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(`${name}String${value}`),
    Buffer.byteLength(body),
  );

type Message = { readonly body: string; readonly attributes: Readonly<Record<string, string>> };

/**
 * Publishes in batches of ten. Refused messages are sent once more. A batch that fails does not stop
 * the others.
 * @returns the messages that the topic accepted. @throws the error of a batch, if none was accepted.
 */
async function publishAll<T extends Message>(
  client: SNSClient,
  topic: string,
  messages: readonly T[],
): Promise<T[]> {
  const batches = packed(messages, { most: 10, size: maxBytes, sizeOf: bytesOf });
  const failures: unknown[] = [];
  const taken = await inParallel(batches, width, async (batch) => {
    try {
      return await publishTwice(client, topic, batch);
    } catch (error) {
      failures.push(error);
      return [];
    }
  });
  if (failures.length > 0 && taken.every(({ length }) => length === 0)) throw failures[0];
  return taken.flat();
}

async function publishTwice<T extends Message>(
  client: SNSClient,
  topic: string,
  batch: readonly T[],
): Promise<T[]> {
  const refused = await publishBatch(client, topic, batch);
  if (refused.length === 0) return [...batch];
  const again = publishBatch(client, topic, refused);
  const stillRefused = new Set(await again.catch(() => refused));
  return batch.filter((message) => !stillRefused.has(message));
}

/** Publishes one batch; returns the messages that the topic refused. */
async function publishBatch<T extends Message>(
  client: SNSClient,
  topic: string,
  batch: readonly T[],
): Promise<T[]> {
  const entries = batch.map(
    ({ body, attributes }, n): PublishBatchRequestEntry => ({
      Id: String(n),
      Message: body,
      MessageAttributes: attributesOf(attributes),
    }),
  );
  const { Failed: failed = [] } = await client.send(
    new PublishBatchCommand({ TopicArn: topic, PublishBatchRequestEntries: entries }),
  );
  const positions = new Set(failed.map(({ Id }) => Number(Id)));
  return batch.filter((_, n) => positions.has(n));
}

/** Publishes notifications for the owners of alarms. */
export const notifications = (client: SNSClient, topics: readonly string[]) => ({
  /**
   * Publishes the notifications of the rows, each to the topic of its project.
   * @returns the rows that were accepted. @throws the error of a topic, if none was accepted.
   */
  publish: async (rows: readonly OutboxRow[]): Promise<OutboxRow[]> => {
    const byTopic = Map.groupBy(rows, ({ on_behalf_of }) => topicOf(topics, on_behalf_of));
    const ends = await Promise.allSettled(
      [...byTopic].map(([topic, some]) => publishAll(client, topic, some)),
    );
    const taken = ends.flatMap((end) => (end.status === 'fulfilled' ? end.value : []));
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed && taken.length === 0) throw failed.reason;
    return taken;
  },
});

/** Publishes events for operators, unless `hasAudience` says that there is no subscriber. */
export const audit = (
  client: SNSClient,
  topic: string,
  hasAudience: () => Promise<boolean> = topicAudience(client, topic),
) => ({
  /** Publishes the whole events, for operators only: they name the infrastructure. @throws if one is refused. */
  publishEvents: async (events: readonly DoctorEvent[]): Promise<void> => {
    if (!(await hasAudience())) return;
    const messages = events.map((event) => ({
      body: toJson(event),
      attributes: { event_type: event.event_type },
    }));
    const taken = await publishAll(client, topic, messages);
    if (taken.length < messages.length) {
      throw new Error(`${messages.length - taken.length} audit messages were refused`);
    }
  },
});
