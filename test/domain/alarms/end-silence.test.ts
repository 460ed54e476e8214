import { expect, test } from 'vitest';
import { decideTimeout } from '../../../domain/alarms/absence.ts';
import type { Alarm, AlarmState } from '../../../domain/alarms/alarm.ts';
import { afterSilence, heldRows, SilencedAlarm } from '../../../domain/alarms/end-silence.ts';
import { firingOf, heldFiring } from '../../../domain/alarms/firing.ts';
import { isToSend, type OutboxRow } from '../../../domain/alarms/outbox-row.ts';
import { roundAt, roundWrite } from '../../../domain/alarms/round.ts';
import { eventWith } from '../events/events.ts';
import { id, minute } from '../rows.ts';
import { alarmWith } from './alarms.ts';
import { findings, prometheusAlarm, values } from './periodic-alarms.ts';
import { silenceWith } from './silences.ts';

/** The row of the n-th firing, from one state to the other. */
function row(n: number, from: AlarmState, to: 'alarm' | 'ok'): OutboxRow {
  const event = { ...eventWith(), message_id: `m-${n}`, accepted_at: minute(n) };
  const decision = { kind: 'transition', to, reason: 'r' } as const;
  return firingOf(alarmWith({ state: from }), event, decision, minute(n)).row;
}

const alarmIn = (state: AlarmState, given: Partial<Alarm> = {}) =>
  alarmWith({ state, state_timestamp: minute(9), ...given });

const raised = row(1, 'ok', 'alarm');
const cleared = row(2, 'alarm', 'ok');
const raisedAgain = row(3, 'ok', 'alarm');

test.each([
  { name: 'is still in alarm', rows: [raised], now: 'alarm', sent: raised },
  {
    name: 'is in alarm again',
    rows: [raised, cleared, raisedAgain],
    now: 'alarm',
    sent: raisedAgain,
  },
  { name: 'came and went', rows: [raised, cleared], now: 'ok', sent: undefined },
  { name: 'was in alarm before, and was cleared', rows: [cleared], now: 'ok', sent: cleared },
  {
    name: 'was in alarm before, cleared and raised again',
    rows: [cleared, raisedAgain],
    now: 'alarm',
    sent: raisedAgain,
  },
  { name: 'was set to ok by hand', rows: [raised], now: 'ok', sent: undefined },
] as const)('an alarm that $name', ({ rows, now, sent }) => {
  const state_timestamp = rows.at(-1)?.timestamp ?? '';
  const decision = afterSilence(heldRows([...rows]), alarmIn(now, { state_timestamp }), undefined);
  expect(decision).toEqual(sent ? { kind: 'release', row: sent } : { kind: 'drop' });
});

test('an alarm that entered its state after the newest held firing has been notified of that state', () => {
  const later = alarmIn('alarm', { state_timestamp: minute(4) });
  expect(afterSilence(heldRows([raised]), later, undefined)).toEqual({ kind: 'drop' });
});

test('an alarm that was deleted or disabled is not notified', () => {
  const disabled = alarmIn('alarm', { state_timestamp: minute(1), enabled: false });
  expect(afterSilence(heldRows([raised]), disabled, undefined)).toEqual({ kind: 'drop' });
  expect(afterSilence(heldRows([raised]), undefined, undefined)).toEqual({ kind: 'drop' });
});

test('another silence that is active takes the rows over', () => {
  const other = silenceWith({ silence_id: id(8) });
  const alarm = alarmIn('alarm', { state_timestamp: minute(1) });
  expect(afterSilence(heldRows([raised]), alarm, other)).toEqual({
    kind: 'move',
    silence_id: id(8),
  });
});

test('rows of one transaction are in the order of their events', () => {
  const [one, other] = [
    { ...raised, timestamp: minute(9) },
    { ...cleared, timestamp: minute(9) },
  ];
  expect(heldRows([other, one]).map((each) => each.row)).toEqual([one, other]);
});

test('of events that were accepted and fired at once, the one that led to the state is the newest', () => {
  const atOnce = [raised, cleared, { ...raised, event_id: 'm-9' }].map((each) => ({
    ...each,
    timestamp: minute(9),
    body: JSON.stringify({ ...JSON.parse(each.body), accepted_at: minute(9) }),
  }));
  const [one, two, three] = atOnce;
  if (!one || !two || !three) return expect.unreachable();
  for (const rows of [
    [one, two, three],
    [three, one, two],
    [one, three, two],
  ]) {
    const decision = afterSilence(heldRows(rows), alarmIn('alarm'), undefined);
    expect(decision).toMatchObject({ kind: 'release', row: { detail: one.detail } });
  }
});

test.each<[string, AlarmState]>([
  ['had no data before', 'insufficient data'],
  ['was in alarm', 'alarm'],
  ['was ok', 'ok'],
])('an alarm that %s is notified that no event came, if none has come since', (_, state) => {
  const alarm = alarmWith({
    ...{ state, rule: { event_type: '*', query: [], timeout: 60 } },
    ...{ armed_at: minute(1), timer_at: minute(2.5) },
  });
  const decision = decideTimeout(alarm, minute(2.5), minute(3));
  if (decision.kind !== 'fired') return expect.unreachable();
  const { to, row: fired } = decision.firing;
  const after = to ?? expect.unreachable();
  expect(afterSilence(heldRows([fired]), after, undefined)).toEqual({
    kind: 'release',
    row: fired,
  });
  // An event that may not raise it came since, and has armed it again.
  const armed = { ...after, timer_at: minute(8) };
  const outcome = afterSilence(heldRows([fired]), armed, undefined).kind;
  expect(outcome).toBe(state === 'insufficient data' ? 'drop' : 'release');
});

test('a row whose notification cannot be read is left out', () => {
  expect(
    heldRows([
      { ...raised, body: 'odd' },
      { ...raised, body: '{}' },
    ]),
  ).toEqual([]);
});

test('a held firing says in its record which silence holds it, and is not sent', () => {
  const firing = { from: alarmIn('ok'), to: alarmIn('alarm'), row: raised };
  const held = heldFiring(firing, { silence_id: id(8), host: 'compute-1' });
  expect(held).toMatchObject({ from: firing.from, to: firing.to });
  expect(held.row).toEqual({
    ...raised,
    detail: JSON.stringify({ state: 'alarm', transition_reason: 'r', silenced_by: id(8) }),
    undelivered_shard: `silenced#${id(8)}`,
    held_host: 'compute-1',
  });
  expect([isToSend(raised), isToSend(held.row)]).toEqual([true, false]);
});

test('a firing without a notification is not held', () => {
  const noted = { event_id: 'm', alarm_id: id(1), noted: 'w', timestamp: minute(1) };
  const firing = { from: alarmIn('ok'), to: undefined, row: noted };
  expect(heldFiring(firing, { silence_id: id(8), host: undefined })).toBe(firing);
});

test('the firing of a round is decided like that of an event', () => {
  const alarm = prometheusAlarm({ state: 'ok', last_round: 1 });
  const round = roundAt(Date.parse(minute(5)));
  const write = roundWrite(alarm, findings(values(0)), round, minute(5));
  const held = heldRows(write?.row ? [write.row] : []);
  expect(held.map(({ change }) => change)).toEqual([
    { previous: 'ok', current: 'alarm', at: minute(5) },
  ]);
  const after = SilencedAlarm.parse(write?.to);
  expect(afterSilence(held, after, undefined)).toEqual({ kind: 'release', row: write?.row });
});
