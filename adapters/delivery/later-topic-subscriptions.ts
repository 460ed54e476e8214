/** The subscriptions in SNS, for a function that few requests ask for them: SNS is loaded with the first. */
import type { SNSClient } from '@aws-sdk/client-sns';
import { once } from 'es-toolkit';
import type { topicSubscriptions } from './topic-subscriptions.ts';

/** As `topicSubscriptions`. @param makeClient is called once, before the first call. */
export function laterTopicSubscriptions(
  makeClient: () => Promise<SNSClient>,
): ReturnType<typeof topicSubscriptions> {
  const loaded = once(async () => {
    const module = await import('./topic-subscriptions.ts');
    return module.topicSubscriptions(await makeClient());
  });
  return {
    subscribeTo: async (topic, request) => (await loaded()).subscribeTo(topic, request),
    unsubscribe: async (arn) => (await loaded()).unsubscribe(arn),
    statusOf: async (arn) => (await loaded()).statusOf(arn),
  };
}
