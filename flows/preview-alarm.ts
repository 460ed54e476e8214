/** Tries an alarm on the events of the last hours. */
import type { Alarm } from '../domain/alarms/alarm.ts';
import { type PreviewedEvent, previewOf } from '../domain/alarms/preview.ts';
import type { RecentEvent } from '../domain/events/recent-event.ts';
import { momentOf } from '../domain/time.ts';

/** What is read of the kept events. */
export type RecentPage = {
  /** The newest first; an event may be there twice. */
  readonly events: readonly RecentEvent[];
  /** All events since then are there; of earlier ones, some may be. */
  readonly since: string;
};

/** What the flow needs from outside. */
export type PreviewAlarmDeps = {
  /** The newest events of a project since a moment; an empty project for those of infrastructure. */
  readonly recentEvents: (project_id: string, from: string) => Promise<RecentPage>;
  readonly now: () => string;
};

/** The events that would have matched, and which time was looked at. */
export type AlarmPreview = {
  /** All events since then were looked at. */
  readonly from: string;
  readonly to: string;
  /** How many different events were looked at. */
  readonly looked_at: number;
  /** How many of them would have matched; `events` has the newest. */
  readonly matched: number;
  readonly events: readonly PreviewedEvent[];
};

/** How far to look back, and how many events to answer. */
export type PreviewBounds = { readonly hours: number; readonly limit: number };

/** The preview of an alarm. If there are too many events, not all of the older ones are looked at. */
export async function previewAlarm(
  { recentEvents, now }: PreviewAlarmDeps,
  alarm: Alarm,
  { hours, limit }: PreviewBounds,
): Promise<AlarmPreview> {
  const to = now();
  const start = momentOf(Date.parse(to) - hours * 3_600_000);
  const { events, since: from } = await recentEvents(alarm.project_id, start);
  const matched = previewOf(alarm, events);
  return {
    from,
    to,
    looked_at: new Set(events.map(({ message_id }) => message_id)).size,
    matched: matched.length,
    events: matched.slice(0, limit),
  };
}
