/** The topics that notifications and groups are published to. */
import { bucketOf } from '../ids.ts';

/** The topics, by what is published to them; as many of each. */
export type NotificationTopics = {
  readonly notifications: readonly string[];
  readonly groups: readonly string[];
};

/** The topic of a project's notifications: always the same for the same list of topics. */
export function topicOf(topics: readonly string[], project_id: string): string {
  const topic = topics[bucketOf(project_id, topics.length)];
  if (topic === undefined) throw new Error('there is no topic');
  return topic;
}
