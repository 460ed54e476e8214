/** SNS's own side of subscriptions. */
import { isDeepStrictEqual } from 'node:util';
import {
  FilterPolicyLimitExceededException,
  GetSubscriptionAttributesCommand,
  InvalidParameterException,
  NotFoundException,
  type SNSClient,
  SubscribeCommand,
  SubscriptionLimitExceededException,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { filterPolicyOf, type SubscriptionWish } from '../../domain/delivery/subscription.ts';
import { DomainError } from '../../domain/errors.ts';

/** `confirmed` ones are sent to; `gone` ones were ended by somebody else, as by a link in an email. */
export type SubscriptionStatus = 'confirmed' | 'pending confirmation' | 'gone';

export const topicSubscriptions = (client: SNSClient) => {
  /** SNS's attributes of a subscription; undefined if it is not there. */
  const attributesOf = async (arn: string): Promise<Record<string, string> | undefined> => {
    try {
      const answer = await client.send(
        new GetSubscriptionAttributesCommand({ SubscriptionArn: arn }),
      );
      return answer.Attributes ?? {};
    } catch (error) {
      if (error instanceof NotFoundException) return undefined;
      throw error;
    }
  };

  const subscribe = async (topic: string, wish: SubscriptionWish): Promise<string> => {
    const policy = filterPolicyOf(wish);
    const { SubscriptionArn: arn = '' } = await client.send(
      new SubscribeCommand({
        TopicArn: topic,
        Protocol: wish.protocol,
        Endpoint: wish.endpoint,
        ReturnSubscriptionArn: true,
        // With the subscription, not after it: not one message is to slip through.
        Attributes: {
          ...(wish.raw_message_delivery && { RawMessageDelivery: 'true' }),
          ...(policy && { FilterPolicy: JSON.stringify(policy) }),
        },
      }),
    );
    return arn;
  };

  return {
    /**
     * SNS's name of the subscription, made or found. AWS refuses one that is there with other
     * attributes, an emulator may not: so its filter is read back, whoever made it.
     */
    subscribeTo: async (topic: string, wish: SubscriptionWish): Promise<string> => {
      try {
        const told = await subscribe(topic, wish);
        // The embedded stack tells the name of what waits for its confirmation only when asked again.
        const arn = told.startsWith('arn:') ? told : await subscribe(topic, wish);
        const { FilterPolicy: policy } = (await attributesOf(arn)) ?? {};
        const found: unknown = policy ? JSON.parse(policy) : undefined;
        if (!isDeepStrictEqual(found, filterPolicyOf(wish))) throw exists();
        return arn;
      } catch (error) {
        throw refusalOf(error);
      }
    },

    /** Nothing happens if it is gone, or cannot be ended because nobody has confirmed it. */
    unsubscribe: async (arn: string): Promise<void> => {
      try {
        await client.send(new UnsubscribeCommand({ SubscriptionArn: arn }));
      } catch (error) {
        const gone = error instanceof NotFoundException;
        if (!gone && !(error instanceof InvalidParameterException)) throw error;
      }
    },

    statusOf: async (arn: string): Promise<SubscriptionStatus> => {
      const attributes = await attributesOf(arn);
      if (!attributes) return 'gone';
      return attributes.PendingConfirmation === 'true' ? 'pending confirmation' : 'confirmed';
    },
  };
};

const exists = (): DomainError =>
  new DomainError(
    'conflict',
    'The endpoint cannot be subscribed: it has a subscription with other attributes.',
  );

/** What SNS refuses, in words that a tenant can use; anything else as it is. */
function refusalOf(error: unknown): unknown {
  if (error instanceof InvalidParameterException) {
    if (/already exists/i.test(error.message)) return exists();
    const why = error.message.replace(/^Invalid parameter:\s*/i, '').slice(0, 300);
    return new DomainError('invalid', `SNS refuses the subscription: ${why}`);
  }
  const full =
    error instanceof FilterPolicyLimitExceededException ||
    error instanceof SubscriptionLimitExceededException;
  return full
    ? new DomainError('forbidden', 'The topic takes no more subscriptions: ask your operator.')
    : error;
}
