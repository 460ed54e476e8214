/** Alarms that cannot be evaluated harm no other alarm. */

import { expect, test } from 'vitest';
import type { RuleCondition } from '../../domain/alarms/alarm.ts';
import type { DoctorEvent } from '../../domain/events/event.ts';
import type { EvaluateDeps } from '../../flows/evaluate-events.ts';
import { alarmWith } from '../domain/alarms/alarms.ts';
import { id } from '../domain/rows.ts';
import { becomes, change, clearing, evaluationWorld, stateIs } from './evaluation-world.ts';

const broken = (given: Partial<RuleCondition>) => ({
  rule: { event_type: '*', query: [{ ...stateIs('x'), ...given }] },
});

test.each([
  [broken({ type: 'integer', value: 'many' }), 'the value "many" of traits.state is no integer.'],
  [
    { rule: { ...broken({}).rule, query: [], clear: broken({ type: 'float', value: 'x' }).rule } },
    'the value "x" of traits.state is no float.',
  ],
  [
    {
      time_constraints: [
        { name: 'office', description: '', start: 'nine', duration: 1, timezone: '' },
      ],
    },
    'the time constraint "office" has no start that can be read.',
  ],
])('an alarm that cannot be evaluated says so once, and the others fire', async (given, why) => {
  const { alarms, deps, evaluate, file } = evaluationWorld();
  file({}, given, {});
  let reports = 0;
  const report: EvaluateDeps['report'] = async (unreadable) => {
    reports += 1;
    return deps.report(unreadable);
  };
  expect(await evaluate([change(1), change(2)], { report })).toMatchObject({ fired: 2 });
  expect(alarms.get(id(2))).toMatchObject({
    state: 'insufficient data',
    state_reason: `Cannot be evaluated: ${why}`,
  });
  await evaluate([change(3)], { report });
  expect(reports).toBe(1);
});

test('an alarm on which the service itself fails harms no other', async () => {
  const { alarms, interruptions, evaluate, file } = evaluationWorld();
  file({}, {});
  const cursed = {
    ...alarmWith({ alarm_id: id(1) }),
    get enabled(): boolean {
      throw new Error('oh');
    },
  };
  const read: EvaluateDeps['alarms'] = async () => ({
    alarms: [cursed, alarmWith({ alarm_id: id(2) })],
    unreadable: [],
  });
  expect(await evaluate([change(1)], { alarms: read })).toMatchObject({ fired: 1 });
  expect(interruptions).toEqual(['decision']);
  expect(alarms.get(id(1))?.state_reason).toBe('Cannot be evaluated: an error of the service.');
});

test('a row that is no alarm is reported, and a report that fails stops no other alarm', async () => {
  const { interruptions, evaluate, file } = evaluationWorld();
  file({}, {});
  const unreadable = { alarm_id: id(1), revision: 1, reason: 'why', isReported: false };
  const read: EvaluateDeps['alarms'] = async () => ({
    alarms: [alarmWith({ alarm_id: id(2) })],
    unreadable: [unreadable],
  });
  const reported: unknown[] = [];
  const report: EvaluateDeps['report'] = async (given) => {
    reported.push(given);
    throw new Error('the table is gone');
  };
  expect(await evaluate([change(1)], { alarms: read, report })).toMatchObject({ fired: 1 });
  expect(reported).toEqual([unreadable]);
  expect(interruptions).toEqual(['report']);
});

test('when the service fails on a later event, earlier decisions are written', async () => {
  const { alarms, evaluate, file } = evaluationWorld();
  file({ ...clearing, project_id: '' });
  const [first, second] = [becomes(1, 'stopped'), becomes(2, 'active')].map((event) => ({
    ...event,
    traits: event.traits.filter(([name]) => name !== 'project_id'),
  }));
  if (!first || !second) return expect.unreachable();
  const cursed: DoctorEvent = {
    ...second,
    get stamp(): null {
      throw new Error('oh');
    },
  };
  expect(await evaluate([first, cursed])).toMatchObject({ fired: 1, published: 1 });
  expect(alarms.get(id(1))).toMatchObject({
    state: 'alarm',
    state_reason: 'Cannot be evaluated: an error of the service.',
  });
});
