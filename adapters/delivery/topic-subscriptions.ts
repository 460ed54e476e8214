/** The subscriptions in SNS itself. */
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
import { filterPolicyOf, type SubscriptionRequest } from '../../domain/delivery/subscription.ts';
import { DomainError } from '../../domain/errors.ts';

/**
 * `confirmed`: SNS sends to it. `gone`: it was ended outside of Doctor, for example by the link in
 * an email.
 */
export type SubscriptionStatus = 'confirmed' | 'pending confirmation' | 'gone';

/** The subscriptions of the topics that the client may use. */
export const topicSubscriptions = (client: SNSClient) => ({
  /**
   * Subscribes the endpoint, and returns SNS's ARN of the subscription. If the endpoint already has
   * the same subscription, this returns its ARN. AWS refuses one with other attributes. An emulator
   * may accept it, so the filter is read back and compared.
   * @throws DomainError `conflict`, `invalid` or `forbidden` if SNS refuses it.
   */
  subscribeTo: async (topic: string, request: SubscriptionRequest): Promise<string> => {
    try {
      const answered = await subscribe(client, topic, request);
      // The embedded stack answers with the ARN of an unconfirmed subscription only to a second
      // call.
      const arn = answered.startsWith('arn:') ? answered : await subscribe(client, topic, request);
      const { FilterPolicy: policy } = (await attributesOf(client, arn)) ?? {};
      const found: unknown = policy ? JSON.parse(policy) : undefined;
      if (!isDeepStrictEqual(found, filterPolicyOf(request))) throw exists();
      return arn;
    } catch (error) {
      throw refusalOf(error);
    }
  },

  /**
   * Ends the subscription. Does nothing if it is gone. SNS cannot end an unconfirmed one: that
   * stays.
   */
  unsubscribe: async (arn: string): Promise<void> => {
    try {
      await client.send(new UnsubscribeCommand({ SubscriptionArn: arn }));
    } catch (error) {
      const gone = error instanceof NotFoundException;
      if (!gone && !(error instanceof InvalidParameterException)) throw error;
    }
  },

  /** The status of the subscription, as SNS has it now. */
  statusOf: async (arn: string): Promise<SubscriptionStatus> => {
    const attributes = await attributesOf(client, arn);
    if (!attributes) return 'gone';
    return attributes.PendingConfirmation === 'true' ? 'pending confirmation' : 'confirmed';
  },
});

/** SNS's attributes of a subscription; undefined if there is none. */
async function attributesOf(
  client: SNSClient,
  arn: string,
): Promise<Record<string, string> | undefined> {
  try {
    const answer = await client.send(
      new GetSubscriptionAttributesCommand({ SubscriptionArn: arn }),
    );
    return answer.Attributes ?? {};
  } catch (error) {
    if (error instanceof NotFoundException) return undefined;
    throw error;
  }
}

async function subscribe(
  client: SNSClient,
  topic: string,
  request: SubscriptionRequest,
): Promise<string> {
  const policy = filterPolicyOf(request);
  const { SubscriptionArn: arn = '' } = await client.send(
    new SubscribeCommand({
      TopicArn: topic,
      Protocol: request.protocol,
      Endpoint: request.endpoint,
      ReturnSubscriptionArn: true,
      // Set in the same call, so that no message is sent without the filter.
      Attributes: {
        ...(request.raw_message_delivery && { RawMessageDelivery: 'true' }),
        ...(policy && { FilterPolicy: JSON.stringify(policy) }),
      },
    }),
  );
  return arn;
}

const exists = (): DomainError =>
  new DomainError(
    'conflict',
    'The endpoint cannot be subscribed: it has a subscription with other attributes.',
  );

/** SNS's refusal as a DomainError that a tenant can understand; any other error unchanged. */
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
