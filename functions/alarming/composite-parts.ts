/** Checks the alarms that a composite rule names. */
import { isEqual } from 'es-toolkit';
import type { AlarmInput } from '../../domain/alarms/alarm-facts.ts';
import { type AnyAlarm, isPeriodic } from '../../domain/alarms/periodic-alarm.ts';
import { alarmParts } from '../../domain/alarms/periodic-parts.ts';
import { DomainError } from '../../domain/errors.ts';
import type { AlarmDeps } from './deps.ts';

/** The project of the alarm from now on, and the alarm as it was; undefined for a new one. */
type Place = { readonly project_id: string; readonly before?: AnyAlarm };

/**
 * Checks that each alarm exists in the project, has the type that the rule says, and is not the alarm
 * itself. A composite alarm is no part, so no rule names itself through others. Parts that the alarm
 * had before in the same project are not checked: their alarms may be gone, and the owner can still
 * disable or rename it.
 * @throws DomainError `invalid`, which names the first wrong id.
 */
export async function requireParts(
  { alarm }: Pick<AlarmDeps, 'alarm'>,
  { facts }: AlarmInput,
  { project_id, before }: Place,
): Promise<void> {
  const isSame = before?.project_id === project_id;
  const known = isSame && isPeriodic(before) ? alarmParts(before) : [];
  const parts = (isPeriodic(facts) ? alarmParts(facts) : []).filter(
    (part) => !known.some((each) => isEqual(each, part)),
  );
  const found = await Promise.all(parts.map(({ alarm_id }) => alarm(alarm_id)));
  for (const [n, { alarm_id, type }] of parts.entries()) {
    const why = whyNoPart(found[n], { project_id, type, isOwn: alarm_id === before?.alarm_id });
    if (why === undefined) continue;
    throw new DomainError(
      'invalid',
      `Invalid input for field/attribute composite_rule. Value: '${alarm_id}'. ${why}`,
    );
  }
}

type Expected = { readonly project_id: string; readonly type: string; readonly isOwn: boolean };

function whyNoPart(
  found: AnyAlarm | undefined,
  { project_id, type, isOwn }: Expected,
): string | undefined {
  if (isOwn) return 'An alarm cannot be a part of itself.';
  if (!found || found.project_id !== project_id) return 'There is no such alarm in the project.';
  if (found.type === 'composite') return 'A composite alarm cannot be a part.';
  return found.type === type ? undefined : `The alarm is of type ${found.type}.`;
}
