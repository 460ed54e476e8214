/** Alarms are created, changed and deleted by their owners, each with the record of it. */
import type { Alarm } from '../domain/alarms/alarm.ts';
import type { ChangedAlarm } from '../domain/alarms/alarm-change.ts';
import type { AlarmChange } from '../domain/alarms/alarm-history.ts';
import { overQuota, overWideQuota } from '../domain/alarms/quota.ts';
import { DomainError } from '../domain/errors.ts';
import { untilWritten } from './retry.ts';

/** Every change is written together with its record, or not at all. */
export type ChangeAlarmDeps = {
  /** The alarm, read consistently; undefined if there is none, or the id is no alarm's. */
  readonly alarm: (alarm_id: string) => Promise<Alarm | undefined>;
  /** `overtaken` if other writers were faster: the caller tries again. */
  readonly create: (
    alarm: Alarm,
    change: AlarmChange,
  ) => Promise<'filed' | 'over quota' | 'over wide quota' | 'overtaken'>;
  /** False if the alarm is no longer as it was read. */
  readonly replace: (
    before: Alarm,
    after: Alarm,
    change: AlarmChange,
  ) => Promise<boolean | 'over wide quota'>;
  /** False if the alarm is no longer as it was read. */
  readonly remove: (alarm: Alarm, change: AlarmChange) => Promise<boolean>;
};

/** Files a new alarm. @throws the refusals `overQuota` and `overWideQuota`. */
export async function createAlarm(
  { create }: Pick<ChangeAlarmDeps, 'create'>,
  { alarm, change }: ChangedAlarm,
): Promise<Alarm> {
  return untilWritten(async () => {
    const outcome = await create(alarm, change);
    if (outcome === 'over quota') throw overQuota(alarm);
    if (outcome === 'over wide quota') throw overWideQuota(alarm);
    return outcome === 'filed' ? alarm : undefined;
  });
}

/** What becomes of an alarm as it was read (undefined: there is none). Undefined: nothing changes. */
export type DecideAlarm<T> = (found: Alarm | undefined) => T;

/**
 * Changes an alarm as `decide` says; reads and decides again if another writer was faster.
 * @param first the alarm, if the caller has read it already: it is not read again at first.
 * @returns the alarm as it is now.
 * @throws what `decide` throws, and the refusal `overWideQuota`, before anything is written.
 */
export async function changeAlarm(
  { alarm, replace }: Pick<ChangeAlarmDeps, 'alarm' | 'replace'>,
  id: string,
  decide: DecideAlarm<ChangedAlarm | undefined>,
  first?: Alarm,
): Promise<Alarm> {
  let read = first;
  return untilWritten(async () => {
    const found = read ?? (await alarm(id));
    read = undefined;
    const changed = decide(found);
    if (!found) throw missing(id);
    if (!changed) return found;
    const outcome = await replace(found, changed.alarm, changed.change);
    if (outcome === 'over wide quota') throw overWideQuota(changed.alarm);
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
