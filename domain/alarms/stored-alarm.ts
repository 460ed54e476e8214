/** Alarms as their rows hold them, which may be what this version cannot read. */
import type * as z from 'zod';
import { Alarm } from './alarm.ts';
import { cannotBeEvaluated } from './evaluate.ts';

/** Why a row is no alarm, as its `state_reason` tells it. */
export const whyNoAlarm = ({ issues: [issue] }: z.ZodError): string =>
  `${cannotBeEvaluated}: ${issue?.path.join('.')}: ${issue?.message}.`;

const unknown = '1970-01-01T00:00:00.000Z';

/** What stands for what cannot be read. Whose an alarm is and which has nothing that stands for it. */
const instead: Omit<Alarm, 'alarm_id' | 'project_id' | 'revision'> = {
  ...{ name: '', type: 'event', description: '', severity: 'low', user_id: '' },
  ...{ enabled: false, rule: { event_type: '*', query: [] }, resource_id: null },
  ...{ ok_actions: [], alarm_actions: [], insufficient_data_actions: [] },
  ...{ repeat_actions: false, time_constraints: [] },
  ...{ state: 'insufficient data', state_reason: '', state_timestamp: unknown },
  ...{ timestamp: unknown, created_at: unknown },
  ...{ stamp: null, stamped_at: null, entered_alarm_at: null, left_alarm_at: null },
  transitions: {},
};

/**
 * The alarm in a row, for those who look at it and change it. One that cannot be read whole says so by
 * its `state_reason`, and is shown without what cannot be read and as not enabled, which it is not: so
 * its owner can replace or delete it, and it harms no list. Undefined if nobody can tell whose it is.
 */
export function storedAlarm(row: Readonly<Record<string, unknown>>): Alarm | undefined {
  const { data, error } = Alarm.safeParse(row);
  if (!error) return data;
  const broken = new Set(error.issues.map(({ path: [name] }) => name));
  const left = Object.fromEntries(Object.entries(row).filter(([name]) => !broken.has(name)));
  const said = { enabled: false, state_reason: whyNoAlarm(error) };
  return Alarm.safeParse({ ...instead, ...left, ...said }).data;
}
