/** Publishes each message. */
import { PublishCommand } from '@aws-sdk/client-sns';
import type { SQSEvent } from 'aws-lambda';
import { makeSns } from '../../adapters/sns.ts';

const sns = makeSns();

export async function handler({ Records }: SQSEvent): Promise<void> {
  for (const { body } of Records) {
    await sns.send(new PublishCommand({ TopicArn: process.env.TOPIC, Message: body }));
  }
  console.log('published');
}
