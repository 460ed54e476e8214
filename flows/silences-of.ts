/** The silences that may hold what alarms fire, and which of them does. */
import type { Hold } from '../domain/alarms/firing.ts';
import type { AlarmCounts } from '../domain/alarms/lookup-plan.ts';
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

/** An alarm, as far as silences look at it. */
export type SilenceableAlarm = {
  readonly alarm_id: string;
  readonly project_id: string;
  /** The resource of an event alarm; periodic alarms have none. */
  readonly resource_id?: string | null;
};

/** The silences of the alarms' projects, and those of all projects: one read, and one more if there are any. */
export async function silencesOf(
  { alarmCounts, silences }: SilencesDeps,
  alarms: readonly SilenceableAlarm[],
): Promise<readonly Silence[]> {
  const projects = new Set(alarms.map(({ project_id }) => project_id));
  if (projects.size === 0) return [];
  const counts = await alarmCounts([...projects]);
  const ids = new Set([...counts.values()].flatMap((each) => each.silences ?? []));
  return ids.size > 0 ? silences([...ids]) : [];
}

/** What a silence is matched against, for an alarm that fires. @param about the resource and host of what it fires for. */
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
export function holdWithoutEvent(
  silences: readonly Silence[],
  alarm: SilenceableAlarm,
  now: string,
): Hold | undefined {
  const silence = holdingSilence(silences, silenceableOf(alarm), now);
  return silence && { silence_id: silence.silence_id, host: undefined };
}
