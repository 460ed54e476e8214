/** Whether a topic has subscribers. Without any, nothing is published. */
import { GetTopicAttributesCommand, type SNSClient } from '@aws-sdk/client-sns';

/** How long an answer is used, in milliseconds: a new subscriber may miss what happens in the second time. */
const lives = { some: 60_000, none: 1_000 };

/**
 * Asks SNS how many confirmed subscriptions the topic has; an archive is one of them.
 * @returns a function that returns false only if SNS said that there are none.
 */
export function topicAudience(
  client: SNSClient,
  topic: string,
  now: () => number = Date.now,
): () => Promise<boolean> {
  let known = { some: true, until: Number.NEGATIVE_INFINITY };
  return async () => {
    if (now() < known.until) return known.some;
    const some = await hasSubscribers(client, topic);
    known = { some, until: now() + (some ? lives.some : lives.none) };
    return some;
  };
}

async function hasSubscribers(client: SNSClient, topic: string): Promise<boolean> {
  try {
    const { Attributes = {} } = await client.send(
      new GetTopicAttributesCommand({ TopicArn: topic }),
    );
    return Attributes.SubscriptionsConfirmed !== '0';
  } catch {
    // Publishing is never wrong: it shows what is wrong with the topic, too.
    return true;
  }
}
