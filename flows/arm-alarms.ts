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
 * @returns the lanes in their order, with the alarms as they are armed.
 * @throws the first error of a write: the events are then delivered again.
 */
export const armAlarms = (deps: ArmDeps, lanes: readonly AlarmLane[]): Promise<AlarmLane[]> =>
  Promise.all(
    lanes.map(async (lane) =>
      lane.alarm.rule.timeout ? { ...lane, alarm: await armed(deps, lane) } : lane,
    ),
  );

/** The alarm of a lane, armed by its events. A deleted alarm is left as it was read: its firing fails. */
async function armed(
  { alarms, arm, now }: ArmDeps,
  { alarm: read, events }: AlarmLane,
): Promise<Alarm> {
  let alarm = read;
  return untilWritten(async () => {
    const to = armedBy(alarm, events, now());
    if (!to) return alarm;
    if (await arm(alarm, to)) return to;
    const [fresh] = (await alarms([to.alarm_id])).alarms;
    if (!fresh) return alarm;
    alarm = fresh;
    return undefined;
  });
}
