/** Checks the alarms that a composite rule names. */
import type { AlarmInput } from '../../domain/alarms/alarm-facts.ts';
import { type AnyAlarm, isPeriodic } from '../../domain/alarms/periodic-alarm.ts';
import { alarmParts } from '../../domain/alarms/periodic-parts.ts';
import { DomainError } from '../../domain/errors.ts';
import type { AlarmDeps } from './deps.ts';

/** The project of the alarm, and the alarm that is replaced. */
type Place = { readonly project_id: string; readonly alarm_id?: string };

/**
 * Checks that each alarm exists in the project, has the type that the rule says, and is not the alarm
 * itself. A composite alarm is no part, so no rule names itself through others.
 * @throws DomainError `invalid`, which names the first wrong id.
 */
export async function requireParts(
  { alarm }: Pick<AlarmDeps, 'alarm'>,
  { facts }: AlarmInput,
  { project_id, alarm_id: own }: Place,
): Promise<void> {
  const parts = isPeriodic(facts) ? alarmParts(facts) : [];
  const found = await Promise.all(parts.map(({ alarm_id }) => alarm(alarm_id)));
  for (const [n, { alarm_id, type }] of parts.entries()) {
    const why = whyNoPart(found[n], { project_id, type, isOwn: alarm_id === own });
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
