/**
 * How many webhooks are posted in a minute: to one receiver for all projects, and for one project.
 * A webhook that is over a limit waits for a later minute.
 */
import { receiverAddress, type WebhookMessage } from './webhook.ts';

/** The limits of a minute; 0 for none. */
export type MinuteLimits = { readonly perReceiver: number; readonly perProject: number };

/** The limit for which a webhook waits. */
export const fullCounters = ['receiver', 'project'] as const;
export type FullCounter = (typeof fullCounters)[number];

/** A count of posts in one minute. */
export type Counter = {
  /** The key of its row. */
  readonly key: string;
  readonly most: number;
  /** A part of the count, with a limit of its own: the posts of one project to a receiver. */
  readonly part?: { readonly project_id: string; readonly most: number };
};

/** The minute of a moment, as it begins: `2026-01-01T00:00`. */
const minuteOf = (now: string): string => now.slice(0, 16);

/**
 * The count of a webhook's receiver; undefined if there is no limit. One project gets at most half of a
 * receiver's posts, so that no project alone can keep the others from a receiver that they share.
 */
export function receiverCounter(
  { action, project_id }: Pick<WebhookMessage, 'action' | 'project_id'>,
  { perReceiver: most }: MinuteLimits,
  now: string,
): Counter | undefined {
  if (most === 0) return undefined;
  const key = `minute#${minuteOf(now)}#receiver#${receiverAddress(action)}`;
  return { key, most, part: { project_id, most: Math.ceil(most / 2) } };
}

/** The count of a webhook's project; undefined if there is no limit. */
export function projectCounter(
  { project_id }: Pick<WebhookMessage, 'project_id'>,
  { perProject: most }: MinuteLimits,
  now: string,
): Counter | undefined {
  if (most === 0) return undefined;
  return { key: `minute#${minuteOf(now)}#project#${project_id}`, most };
}

/** How many more posts there is room for. @param counted the posts that are counted; 0 before the first. */
export const roomIn = (
  { most, part }: Counter,
  counted: { readonly posts: number; readonly ofPart: number },
): number => Math.max(0, Math.min(most - counted.posts, (part?.most ?? most) - counted.ofPart));
