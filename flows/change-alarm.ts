/** Alarms are created, changed and deleted by their owners, each with the record of it. */

import type { ChangedAlarm } from '../domain/alarms/alarm-change.ts';
import type { AlarmChange } from '../domain/alarms/alarm-history.ts';
import type { AnyAlarm } from '../domain/alarms/periodic-alarm.ts';
import { overKindQuota, overQuota } from '../domain/alarms/quota.ts';
import { DomainError } from '../domain/errors.ts';
import { untilWritten } from './retry.ts';

/** Every change is written together with its record, or not at all. */
export type ChangeAlarmDeps = {
  /** The alarm, read consistently; undefined if there is none, or the id is no alarm's. */
  readonly alarm: (alarm_id: string) => Promise<AnyAlarm | undefined>;
  /** `overtaken` if other writers were faster: the caller tries again. */
  readonly create: (
    alarm: AnyAlarm,
    change: AlarmChange,
  ) => Promise<'filed' | 'over quota' | 'over kind quota' | 'overtaken'>;
  /** False if the alarm is no longer as it was read. */
  readonly replace: (
    before: AnyAlarm,
    after: AnyAlarm,
    change: AlarmChange,
  ) => Promise<boolean | 'over kind quota'>;
  /** False if the alarm is no longer as it was read. */
  readonly remove: (alarm: AnyAlarm, change: AlarmChange) => Promise<boolean>;
};

/** Files a new alarm. @throws the refusals `overQuota` and `overKindQuota`. */
export async function createAlarm(
  { create }: Pick<ChangeAlarmDeps, 'create'>,
  { alarm, change }: ChangedAlarm,
): Promise<AnyAlarm> {
  return untilWritten(async () => {
    const outcome = await create(alarm, change);
    if (outcome === 'over quota') throw overQuota(alarm);
    if (outcome === 'over kind quota') throw overKindQuota(alarm);
    return outcome === 'filed' ? alarm : undefined;
  });
}

/**
 * Decides what an alarm as it was read (undefined: there is none) becomes. Undefined: nothing
 * changes.
 */
export type DecideAlarm<T> = (found: AnyAlarm | undefined) => T;

/**
 * Changes an alarm as `decide` says; reads and decides again if another writer was faster.
 * @param first the alarm, if the caller has read it already: it is not read again at first.
 * @returns the alarm as it is now.
 * @throws what `decide` throws, and the refusal `overKindQuota`, before anything is written.
 */
export async function changeAlarm(
  { alarm, replace }: Pick<ChangeAlarmDeps, 'alarm' | 'replace'>,
  id: string,
  decide: DecideAlarm<ChangedAlarm | undefined>,
  first?: AnyAlarm,
): Promise<AnyAlarm> {
  let read = first;
  return untilWritten(async () => {
    const found = read ?? (await alarm(id));
    read = undefined;
    const changed = decide(found);
    if (!found) throw missing(id);
    if (!changed) return found;
    const outcome = await replace(found, changed.alarm, changed.change);
    if (outcome === 'over kind quota') throw overKindQuota(changed.alarm);
    return outcome ? changed.alarm : undefined;
  });
}

/** Deletes an alarm; `decide` gives the record of it. @throws what `decide` throws. */
export async function deleteAlarm(
  { alarm, remove }: Pick<ChangeAlarmDeps, 'alarm' | 'remove'>,
  id: string,
  decide: DecideAlarm<AlarmChange>,
): Promise<void> {
  await untilWritten(async () => {
    const found = await alarm(id);
    const change = decide(found);
    if (!found) throw missing(id);
    return (await remove(found, change)) || undefined;
  });
}

const missing = (id: string): DomainError =>
  new DomainError('not_found', `Alarm ${id.slice(0, 255)} not found`);
