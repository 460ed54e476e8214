/** The index `periodic` cannot contain event alarms. */
import { expect, expectTypeOf, test } from 'vitest';
import {
  alarmRow,
  type EventAlarmRow,
  lookupRow,
  type PeriodicAlarmRow,
} from '../../../adapters/alarms/alarm-rows.ts';
import { Alarm } from '../../../domain/alarms/alarm.ts';
import { PeriodicAlarm } from '../../../domain/alarms/periodic-alarm.ts';
import {
  allSlots,
  indexedAttributes,
  type PeriodicKeys,
  PlannedAlarm,
  periodicKeysOf,
} from '../../../domain/alarms/periodic-index.ts';
import { tableDefinitions } from '../../../infra/table-definitions.ts';
import { alarmWith } from './alarms.ts';
import { compositeAlarm, prometheusAlarm } from './periodic-alarms.ts';

const [slot, place] = tableDefinitions.alarms.indexes.periodic;
const keys = [slot.name, place.name];

test('the type of an event alarm’s row has none of the keys', () => {
  expectTypeOf<keyof PeriodicKeys>().toEqualTypeOf<'periodic_slot' | 'periodic_place'>();
  expectTypeOf<EventAlarmRow['periodic_slot']>().toEqualTypeOf<undefined>();
  expectTypeOf<EventAlarmRow['periodic_place']>().toEqualTypeOf<undefined>();
  expectTypeOf<PeriodicAlarmRow['periodic_slot']>().toEqualTypeOf<string | undefined>();
  expectTypeOf<Alarm['type'] & PeriodicAlarm['type']>().toBeNever();
  expect(Object.keys(periodicKeysOf(prometheusAlarm())).sort()).toEqual([...keys].sort());
});

test.each(['event', 'notification'] as const)(
  'the row of an alarm of type %s is not in the index',
  (type) => {
    const smuggled = { ...alarmWith({ type }), ...periodicKeysOf(prometheusAlarm()) };
    for (const row of [
      alarmRow(alarmWith({ type })),
      alarmRow(smuggled),
      lookupRow(smuggled, 'k'),
    ]) {
      for (const key of keys) expect(row).not.toHaveProperty(key);
    }
    expect(PeriodicAlarm.safeParse(smuggled).success).toBe(false);
    expect(PlannedAlarm.safeParse(smuggled).success).toBe(false);
  },
);

test.each([prometheusAlarm(), compositeAlarm({ and: [] })])(
  'an enabled alarm of type $type is in the index, and one that is disabled is not',
  (alarm) => {
    const row: object = alarmRow(alarm);
    for (const key of keys) expect(row).toHaveProperty(key);
    for (const key of keys) expect(alarmRow({ ...alarm, enabled: false })).not.toHaveProperty(key);
    expect(Alarm.safeParse(row).success).toBe(false);
  },
);

test('the index contains all that a round needs to plan', () => {
  const row: Record<string, unknown> = alarmRow(prometheusAlarm());
  const held = Object.fromEntries(indexedAttributes.map((name) => [name, row[name]]));
  expect(PlannedAlarm.parse(held)).toEqual(held);
});

test('a project has one slot, and projects are in all slots', () => {
  const slots = Array.from(
    { length: 200 },
    (_, n) => periodicKeysOf(prometheusAlarm({ project_id: `p-${n}` })).periodic_slot,
  );
  expect(new Set(slots)).toEqual(new Set(allSlots));
});
