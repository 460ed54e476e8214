/** Publishes to SNS topics in batches, and to the topic `events` for operators. */
import {
  PublishBatchCommand,
  type PublishBatchRequestEntry,
  type SNSClient,
} from '@aws-sdk/client-sns';
import type { DoctorEvent } from '../domain/events/event.ts';
import { toJson } from '../domain/json.ts';
import { packed } from '../domain/slices.ts';
import { inParallel } from './in-parallel.ts';
import { topicAudience } from './topic-audience.ts';

/** SNS takes 256 KiB for a batch, attributes included. */
const maxBytes = 240_000;
const width = 8;

/** A list is sent as an array, of which a filter policy needs one value. */
const attributesOf = (values: TopicMessage['attributes']) =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'string'
        ? { DataType: 'String', StringValue: value }
        : { DataType: 'String.Array', StringValue: JSON.stringify(value) },
    ]),
  );

/** The bytes that SNS counts: the body, and the names, types and values of the attributes. */
const bytesOf = ({ body, attributes }: TopicMessage): number =>
  Object.entries(attributesOf(attributes)).reduce(
    (sum, [name, { DataType, StringValue }]) =>
      sum + Buffer.byteLength(`${name}${DataType}${StringValue}`),
    Buffer.byteLength(body),
  );

/** A message with its attributes, for filter policies. */
export type TopicMessage = {
  readonly body: string;
  readonly attributes: Readonly<Record<string, string | readonly string[]>>;
};

/**
 * Publishes in batches of ten. Refused messages are sent once more. A batch that fails does not stop
 * the others.
 * @returns the messages that the topic accepted. @throws the error of a batch, if none was accepted.
 */
export async function publishAll<T extends TopicMessage>(
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

async function publishTwice<T extends TopicMessage>(
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
async function publishBatch<T extends TopicMessage>(
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

/** Publishes events for operators, unless `hasAudience` says that there is no subscriber. */
export const audit = (
  client: SNSClient,
  topic: string,
  hasAudience: () => Promise<boolean> = topicAudience(client, topic),
) => ({
  /**
   * Publishes the whole events, for operators only: they name the infrastructure.
   * @throws if one is refused.
   */
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
