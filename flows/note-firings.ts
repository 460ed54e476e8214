/**
 * Notes for pages: which alarms fired, how many notifications were sent, and how fast. They are
 * written after the notifications were sent, which never wait for them.
 */
import { type ChangeNote, notesOfKind } from '../domain/activity/change-feed.ts';
import {
  type MinuteCounts,
  minuteCounts,
  type Sent,
} from '../domain/delivery/notification-minute.ts';
import type { EventsOut } from './events-out.ts';

/** What the notes need from outside. */
export type NoteFiringsDeps = Pick<EventsOut, 'interrupted'> & {
  /** Writes the notes into the feed. A repeat is harmless. */
  readonly noteChanges: (notes: readonly ChangeNote[]) => Promise<void>;
  /** Adds to the counts of minutes. */
  readonly countSent: (counts: readonly MinuteCounts[]) => Promise<void>;
};

/**
 * Notes what was sent. An error is logged, and nothing is repeated: the notifications are sent, and
 * pages show the alarms when they load their list again.
 */
export async function noteFirings(
  { noteChanges, countSent, interrupted }: NoteFiringsDeps,
  sent: readonly Sent[],
): Promise<void> {
  const fired = sent.flatMap(({ rows }) =>
    rows.map(({ alarm_id, on_behalf_of }) => ({ id: alarm_id, project_id: on_behalf_of })),
  );
  if (fired.length === 0) return;
  try {
    await Promise.all([noteChanges(notesOfKind('alarms', fired)), countSent(minuteCounts(sent))]);
  } catch (error) {
    interrupted('note of firings', error);
  }
}
