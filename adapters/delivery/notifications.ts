/** The publisher to the topics of notifications and of groups, for owners of alarms. */
import type { SNSClient } from '@aws-sdk/client-sns';
import type { OutboxRow } from '../../domain/alarms/outbox-row.ts';
import { type GroupRow, isGroupOfOne, publicationOf } from '../../domain/delivery/group.ts';
import { type NotificationTopics, topicOf } from '../../domain/delivery/notification-topics.ts';
import { groupOfOne } from '../../domain/delivery/webhook.ts';
import { publishAll, type TopicMessage } from '../topics.ts';

/** A message of a row, and the topic that it goes to. */
type Addressed = TopicMessage & { readonly topic: string; readonly row: OutboxRow };

/** Publishes notifications for the owners of alarms. */
export const notifications = (client: SNSClient, topics: NotificationTopics) => ({
  /**
   * Publishes the notifications of the rows, each to the topic of its project. One that no fault caused is
   * published to the subscriptions to groups, too, if there are any.
   * @returns the rows whose messages were all accepted. @throws the error of a topic, if none was accepted.
   */
  publish: async (rows: readonly OutboxRow[]): Promise<OutboxRow[]> => {
    const messages = rows.flatMap((row): Addressed[] => [
      { ...row, row, topic: topicOf(topics.notifications, row.on_behalf_of) },
      ...(isGroupOfOne(row)
        ? [
            {
              ...publicationOf(groupOfOne(row)),
              row,
              topic: topicOf(topics.groups, row.on_behalf_of),
            },
          ]
        : []),
    ]);
    const byTopic = Map.groupBy(messages, ({ topic }) => topic);
    const ends = await Promise.allSettled(
      [...byTopic].map(([topic, some]) => publishAll(client, topic, some)),
    );
    const taken = new Set(ends.flatMap((end) => (end.status === 'fulfilled' ? end.value : [])));
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed && taken.size === 0) throw failed.reason;
    const refused = new Set(messages.flatMap((each) => (taken.has(each) ? [] : [each.row])));
    return rows.filter((row) => !refused.has(row));
  },

  /**
   * Publishes the message of a group, if it has one, to the topic of its project.
   * @throws if it is refused.
   */
  publishGroup: async ({ publication, project_id }: GroupRow): Promise<void> => {
    if (!publication) return;
    const topic = topicOf(topics.groups, project_id);
    const taken = await publishAll(client, topic, [publication]);
    if (taken.length === 0) throw new Error('the topic refused a group');
  },
});
