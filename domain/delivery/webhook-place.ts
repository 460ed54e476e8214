/**
 * How projects share the senders of webhooks. A batch of first tries needs a place of each project in it,
 * and a project has few: so receivers that hang, however many they are, hold few of the senders. Retries
 * have as many places of their own.
 */
import * as z from 'zod';
import { Moment } from '../time.ts';
import type { WebhookMessage } from './webhook.ts';

/** A place that is taken. It is free again at `until`, or when it was given back before. */
export const WebhookPlace = z.object({
  /** The project's id and the number of the place. */
  place: z.string(),
  /** The batch that took it. */
  holder: z.uuid(),
  until: Moment,
  /**
   * True if a receiver keeps the holder of the place waiting, or did not answer in time. Then the
   * project does not get the place back for a while.
   */
  hung: z.boolean(),
});
export type WebhookPlace = z.infer<typeof WebhookPlace>;

/** How long a place is held, in seconds: longer than any batch. A batch that died holds it until then. */
export const placeSeconds = 40;
/** How long a project whose receiver hung does not get the place back, in seconds. */
export const hungSeconds = 60;
/**
 * A webhook that finds no place because its project has many webhooks is received again after so
 * long.
 */
export const busySeconds = 1;

/**
 * The share of the senders from which a webhook takes a place: its project's of first tries, or its
 * project's of retries.
 */
export const shareOf = ({
  lane,
  project_id,
}: Pick<WebhookMessage, 'lane' | 'project_id'>): string =>
  lane === 'first' ? project_id : `retries#${project_id}`;

/** `#` is no part of the number, so no two shares have a place in common. */
export const placeName = (share: string, number: number): string => `${number}#${share}`;

/** A moment, so many seconds after another. */
export const secondsAfter = (now: string, seconds: number): string =>
  new Date(Date.parse(now) + seconds * 1000).toISOString();

/**
 * The result of a request for a place: the place and its holder, or the reason why there is none.
 */
export type Taken =
  | Pick<WebhookPlace, 'place' | 'holder'>
  /** `hung`: a receiver of the project hung lately; `busy`: it has as much under way as it may. */
  | { readonly full: 'hung' | 'busy' };
