/** Arms the alarms with a timeout that events match, before the events are decided. */
import { armedBy } from '../domain/alarms/absence.ts';
import type { Alarm } from '../domain/alarms/alarm.ts';
import type { AlarmLane } from './alarm-lane.ts';
import { untilWritten } from './retry.ts';

/** What the flow reads and writes. */
export type ArmDeps = {
  /** Alarms read consistently; unknown ones are left out. */
  readonly alarms: (ids: readonly string[]) => Promise<{ readonly alarms: readonly Alarm[] }>;
  /**
   * Writes when an alarm was armed, and its timer if that changes; false if it is no longer as it
   * was read.
   */
  readonly arm: (from: Alarm, to: Alarm) => Promise<boolean>;
  readonly now: () => string;
};

/**
 * Arms the alarms of the lanes. Alarms without a timeout cost nothing. Safe to repeat: the same
 * events arm an alarm once.
 * @throws the first error of a write: the events are then delivered again.
 */
export async function armAlarms(deps: ArmDeps, lanes: readonly AlarmLane[]): Promise<void> {
  await Promise.all(
    lanes.filter(({ alarm }) => alarm.rule.timeout).map((lane) => armOne(deps, lane)),
  );
}

async function armOne({ alarms, arm, now }: ArmDeps, lane: AlarmLane): Promise<void> {
  await untilWritten(async () => {
    const to = armedBy(lane.alarm, lane.events, now());
    if (!to) return true;
    if (await arm(lane.alarm, to)) {
      lane.alarm = to;
      return true;
    }
    const [fresh] = (await alarms([to.alarm_id])).alarms;
    // A deleted alarm is left as it was read: its firing fails.
    if (!fresh) return true;
    lane.alarm = fresh;
    return undefined;
  });
}
