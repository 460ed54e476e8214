/**
 * How projects share the senders of webhooks. A batch of first tries needs a place of each project in it,
 * and a project has few: so receivers that hang, however many they are, hold few of the senders.
 */
import * as z from 'zod';
import { Moment } from '../time.ts';

/** A place that is taken; free again after a moment, if nobody gave it back before. */
export const WebhookPlace = z.object({
  /** The project's id and the number of the place. */
  place: z.string(),
  /** Who took it: a batch. */
  holder: z.uuid(),
  until: Moment,
  /** Whether a receiver let the time of a try pass: the place is kept from its project for a while. */
  hung: z.boolean(),
});
export type WebhookPlace = z.infer<typeof WebhookPlace>;

/** For longer than any batch may take, in seconds: whoever took it and died holds it up to then. */
export const placeSeconds = 40;
/** For so long, in seconds, a place is kept from a project whose receiver hung. */
export const hungSeconds = 60;
/** A webhook that finds no place, and whose project only has much to tell, is seen again after so long. */
export const busySeconds = 1;

/** `#` is no part of the number, so no two projects share a place. */
export const placeName = (project_id: string, number: number): string => `${number}#${project_id}`;

/** A moment, so many seconds after another. */
export const secondsAfter = (now: string, seconds: number): string =>
  new Date(Date.parse(now) + seconds * 1000).toISOString();

/** What came of asking for a place: one, with who holds it now; or why there is none. */
export type Taken =
  | Pick<WebhookPlace, 'place' | 'holder'>
  /** `hung`: a receiver of the project hung lately; `busy`: it has as much under way as it may. */
  | { readonly full: 'hung' | 'busy' };
