import { SNSClient, SubscribeCommand, UnsubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { region, rootCredentials } from './ministack.ts';

/** A message as it arrived at the subscriber's queue. */
export type Received = {
  body: Record<string, unknown>;
  attributes: Record<string, string>;
  /** When the message arrived at the queue (not when it was polled), in ms since 1970. */
  sentAt: number;
};

export type Subscriber = {
  readonly queueUrl: string;
  /**
   * The messages that arrived since the last call. Waits until there are `count` of them, or
   * `withinMs` milliseconds have passed.
   */
  receive: (count: number, withinMs?: number) => Promise<Received[]>;
  /** Ends the subscription and deletes the queue. */
  close: () => Promise<void>;
};

/** Subscribes a new SQS queue to a topic, with a filter policy if one is given. */
export async function subscribe(
  endpoint: string,
  topicArn: string,
  filterPolicy?: Record<string, unknown>,
): Promise<Subscriber> {
  const config = { endpoint, region, credentials: rootCredentials };
  const sqs = new SQSClient(config);
  const sns = new SNSClient(config);
  const { queueUrl, queueArn } = await makeQueue(sqs, topicArn);
  const { SubscriptionArn } = await sns.send(
    new SubscribeCommand({
      TopicArn: topicArn,
      Protocol: 'sqs',
      Endpoint: queueArn,
      ReturnSubscriptionArn: true,
      Attributes: {
        RawMessageDelivery: 'true',
        ...(filterPolicy && { FilterPolicy: JSON.stringify(filterPolicy) }),
      },
    }),
  );
  return {
    ...receiver(sqs, queueUrl),
    close: async () => {
      await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
      await sqs.send(new DeleteQueueCommand({ QueueUrl: queueUrl }));
      sns.destroy();
      sqs.destroy();
    },
  };
}

/** What arrives at a queue that is subscribed already. */
export const receiver = (
  sqs: SQSClient,
  queueUrl: string,
): Pick<Subscriber, 'queueUrl' | 'receive'> => ({
  queueUrl,
  receive: (count, withinMs = 10_000) => receive(sqs, queueUrl, count, withinMs),
});

/** Creates a queue to which the topic may send. */
async function makeQueue(sqs: SQSClient, topicArn: string) {
  const QueueName = `subscriber-${crypto.randomUUID()}`;
  const { QueueUrl: queueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName }));
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['QueueArn'] }),
  );
  const queueArn = Attributes?.QueueArn ?? '';
  const statement = {
    Effect: 'Allow',
    Principal: { Service: 'sns.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: queueArn,
    Condition: { ArnEquals: { 'aws:SourceArn': topicArn } },
  };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl: queueUrl, Attributes: { Policy } }));
  return { queueUrl, queueArn };
}

async function receive(
  sqs: SQSClient,
  queueUrl: string,
  count: number,
  withinMs: number,
): Promise<Received[]> {
  const deadline = Date.now() + withinMs;
  const received: Received[] = [];
  while (received.length < count && Date.now() < deadline) {
    const wait = Math.ceil((deadline - Date.now()) / 1000);
    received.push(...(await poll(sqs, queueUrl, Math.min(Math.max(wait, 0), 5))));
  }
  // Polls once more, so that tests also see messages beyond the expected count.
  for (;;) {
    const more = await poll(sqs, queueUrl, 0);
    if (more.length === 0) return received;
    received.push(...more);
  }
}

/** Receives at most ten messages and deletes them from the queue. */
async function poll(sqs: SQSClient, queueUrl: string, waitSeconds: number): Promise<Received[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: waitSeconds,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['SentTimestamp'],
    }),
  );
  if (Messages.length > 0) {
    await sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: Messages.map(({ ReceiptHandle }, index) => ({ Id: `${index}`, ReceiptHandle })),
      }),
    );
  }
  return Messages.map(({ Body = '', Attributes: system, MessageAttributes = {} }) => ({
    body: JSON.parse(Body),
    attributes: Object.fromEntries(
      Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, StringValue ?? '']),
    ),
    sentAt: Number(system?.SentTimestamp),
  }));
}
