import { expect, test } from 'vitest';
import type { Alarm } from '../../domain/alarms/alarm.ts';
import type { AlarmChange } from '../../domain/alarms/alarm-history.ts';
import type { AnyAlarm } from '../../domain/alarms/periodic-alarm.ts';
import { changeAlarm, createAlarm, deleteAlarm } from '../../flows/change-alarm.ts';
import { alarmWith } from '../domain/alarms/alarms.ts';
import { id } from '../domain/rows.ts';

const alarm: Alarm = alarmWith();
const change: AlarmChange = {
  ...{ event_id: id(1), alarm_id: alarm.alarm_id, type: 'rule change', detail: '{}' },
  ...{ user_id: 'u', project_id: 'p', on_behalf_of: 'p' },
  ...{ timestamp: alarm.timestamp, severity: alarm.severity },
};

/**
 * Writes that lose this many times to another writer. Records what was read each time, and what was
 * written.
 */
function losing(times: number) {
  const seen: number[] = [];
  const written: number[] = [];
  let revision = 1;
  const attempt = (next: number): boolean => {
    if (seen.length <= times) {
      revision += 1;
      return false;
    }
    written.push(next);
    return true;
  };
  return {
    seen,
    written,
    alarm: async () => {
      seen.push(revision);
      return { ...alarm, revision };
    },
    replace: async (_: AnyAlarm, after: AnyAlarm) => attempt(after.revision),
    remove: async (before: AnyAlarm) => attempt(before.revision),
  };
}

test('a change that lost to another writer is decided again on the changed alarm', async () => {
  const deps = losing(2);
  const now = await changeAlarm(deps, alarm.alarm_id, (found) =>
    found ? { alarm: { ...found, revision: found.revision + 1 }, change } : undefined,
  );
  expect(deps.seen).toEqual([1, 2, 3]);
  expect(deps.written).toEqual([4]);
  expect(now.revision).toBe(4);
});

test('a change that changes nothing writes nothing', async () => {
  const deps = losing(0);
  expect(await changeAlarm(deps, alarm.alarm_id, () => undefined)).toEqual(alarm);
  expect(deps.written).toEqual([]);
});

test('a deletion that lost to another writer is decided again', async () => {
  const deps = losing(1);
  await deleteAlarm(deps, alarm.alarm_id, () => change);
  expect(deps.written).toEqual([2]);
});

test('an alarm that does not exist is a 404, and the decision may refuse before that', async () => {
  const none = {
    alarm: async () => undefined,
    replace: async () => true,
    remove: async () => true,
  };
  const missing = { code: 'not_found', message: 'Alarm x not found' };
  await expect(changeAlarm(none, 'x', () => undefined)).rejects.toMatchObject(missing);
  await expect(deleteAlarm(none, 'x', () => change)).rejects.toMatchObject(missing);
  const refuse = () => {
    throw new Error('refused');
  };
  await expect(changeAlarm(none, 'x', refuse)).rejects.toThrow('refused');
});

test('an alarm above the quota is refused, and a creation that others overtook is repeated', async () => {
  const outcomes = ['overtaken', 'filed'] as const;
  let tries = 0;
  const filing = { create: async () => outcomes[tries++] ?? 'filed' };
  expect(await createAlarm(filing, { alarm, change })).toEqual(alarm);
  expect(tries).toBe(2);
  const full = { create: async () => 'over quota' as const };
  await expect(createAlarm(full, { alarm, change })).rejects.toMatchObject({ code: 'forbidden' });
});

test('an alarm without a resource above the quota is refused, and not repeated', async () => {
  const message = expect.stringContaining('Alarm quota exceeded for user');
  const refused = { code: 'forbidden', message };
  const over = 'over kind quota' as const;
  let tries = 0;
  const full = {
    alarm: async () => alarm,
    create: async () => over,
    replace: async () => {
      tries++;
      return over;
    },
  };
  await expect(createAlarm(full, { alarm, change })).rejects.toMatchObject(refused);
  const decided = changeAlarm(full, alarm.alarm_id, () => ({ alarm, change }));
  await expect(decided).rejects.toMatchObject(refused);
  expect(tries).toBe(1);
});

test('an alarm that was read already is read again only if the write is overtaken', async () => {
  const deps = losing(0);
  const next = (found: AnyAlarm | undefined) =>
    found ? { alarm: { ...found, revision: found.revision + 1 }, change } : undefined;
  deps.seen.push(1);
  await changeAlarm(deps, alarm.alarm_id, next, { ...alarm, revision: 1 });
  expect(deps.seen).toEqual([1]);
  expect(deps.written).toEqual([2]);
});
