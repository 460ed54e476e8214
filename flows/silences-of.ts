/** The silences that may hold back the notifications of alarms, and which of them does. */

import type { AlarmCounts } from '../domain/alarms/lookup-plan.ts';
import { groupedRow, type Hold, heldRow, type OutboxRow } from '../domain/alarms/outbox-row.ts';
import { holdingSilence, type Silence, type Silenceable } from '../domain/alarms/silence.ts';

/** What the reads of silences need from outside. */
export type SilencesDeps = {
  /** The counts of projects, with the ids of their silences that have not ended. */
  readonly alarmCounts: (
    project_ids: readonly string[],
  ) => Promise<ReadonlyMap<string, AlarmCounts>>;
  /** Silences read consistently, in any order; unknown ones are left out. */
  readonly silences: (ids: readonly string[]) => Promise<readonly Silence[]>;
};

/** The fields of an alarm that silences are matched against. */
export type SilenceableAlarm = {
  readonly alarm_id: string;
  readonly project_id: string;
  /** The resource of an event alarm; periodic alarms have none. */
  readonly resource_id?: string | null;
};

/** How the notifications of some projects are sent. */
export type Sending = {
  /** The silences of the projects, and those of all projects. */
  readonly silences: readonly Silence[];
  /** The projects with subscriptions that want groups. */
  readonly grouped: ReadonlySet<string>;
};

/** How the notifications of the alarms' projects are sent: one read, and one more if there are silences. */
export async function sendingOf(
  { alarmCounts, silences }: SilencesDeps,
  alarms: readonly SilenceableAlarm[],
): Promise<Sending> {
  const projects = new Set(alarms.map(({ project_id }) => project_id));
  if (projects.size === 0) return { silences: [], grouped: new Set() };
  const counts = await alarmCounts([...projects]);
  const ids = new Set([...counts.values()].flatMap((each) => each.silences ?? []));
  return {
    silences: ids.size > 0 ? await silences([...ids]) : [],
    grouped: groupedIn(counts),
  };
}

/** The projects with subscriptions that want groups. */
export const groupedIn = (counts: ReadonlyMap<string, AlarmCounts>): ReadonlySet<string> =>
  new Set([...counts].flatMap(([project_id, { grouped }]) => (grouped ? [project_id] : [])));

/** The row of a firing without an event, as it is sent: held back by a silence, in groups, or as it is. */
export function rowToSend(
  { silences, grouped }: Sending,
  alarm: SilenceableAlarm,
  { row, now }: { readonly row: OutboxRow; readonly now: string },
): OutboxRow {
  const sent = grouped.has(alarm.project_id) ? groupedRow(row) : row;
  const hold = holdWithoutEvent(silences, alarm, now);
  return hold ? heldRow(sent, hold) : sent;
}

/**
 * What a silence is matched against, for an alarm that fires.
 * @param about the resource and host of what it fires for.
 */
export const silenceableOf = (
  { alarm_id, project_id, resource_id }: SilenceableAlarm,
  about: { readonly resource_id?: string | undefined; readonly host?: string | undefined } = {},
): Silenceable => ({
  project_id,
  alarm_id,
  resource_ids: [about.resource_id, resource_id].flatMap((each) => each ?? []),
  host: about.host,
});

/** The silence that holds back what a firing without an event notifies; undefined if none does. */
function holdWithoutEvent(
  silences: readonly Silence[],
  alarm: SilenceableAlarm,
  now: string,
): Hold | undefined {
  const silence = holdingSilence(silences, silenceableOf(alarm), now);
  return silence && { silence_id: silence.silence_id, host: undefined };
}
