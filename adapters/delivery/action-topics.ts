/** Publishes to SNS topics that are actions of alarms. */
import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { WebhookMessage } from '../../domain/delivery/webhook.ts';
import type { Answer } from '../../domain/delivery/webhook-retry.ts';
import { toAsciiJson } from '../../domain/json.ts';

const attributesOf = ({ project_id, body }: WebhookMessage) => {
  const { severity } = body;
  const ofAlarm = 'group' in body ? {} : { alarm_id: body.alarm_id, current: body.current };
  return Object.fromEntries(
    Object.entries({ project_id, severity, ...ofAlarm }).flatMap(([name, value]) =>
      value === '' ? [] : [[name, { DataType: 'String', StringValue: value }]],
    ),
  );
};

/** The topics that actions name by their ARNs. */
export const actionTopics = (client: SNSClient) => ({
  /** Publishes the body that a URL would get. Never throws. */
  publish: async (webhook: WebhookMessage): Promise<Answer> => {
    try {
      await client.send(
        new PublishCommand({
          TopicArn: webhook.action,
          Message: toAsciiJson(webhook.body),
          MessageAttributes: attributesOf(webhook),
        }),
      );
      return { kind: 'answered', status: 200 };
    } catch (error) {
      const reason = error instanceof Error ? error.name : 'failed';
      return { kind: 'unanswered', reason: `SNS: ${reason}`, timedOut: false };
    }
  },
});
