import { expect, test } from 'vitest';
import type { AlarmState } from '../../../domain/alarms/alarm.ts';
import { decideRound, roundAt, roundWrite } from '../../../domain/alarms/round.ts';
import type { QueryAnswer } from '../../../domain/alarms/round-outcome.ts';
import { compositeAlarm, findings, prometheusAlarm, values } from './periodic-alarms.ts';

const failed: QueryAnswer = { kind: 'failed', reason: 'no answer within 5 s' };
const after = (state: AlarmState, answer: QueryAnswer, rule = {}) =>
  decideRound(prometheusAlarm({ state, last_round: 1 }, rule), findings(answer), 2);

test.each([
  [
    'ok',
    [0, 0],
    'alarm',
    'Transition to alarm due to 2 samples outside threshold, most recent: 0.0',
  ],
  ['alarm', [1], 'ok', 'Transition to ok due to 1 samples inside threshold, most recent: 1.0'],
  [
    'insufficient data',
    [0],
    'alarm',
    'Transition to alarm due to 1 samples outside threshold, most recent: 0.0',
  ],
  // If only some values meet the rule, the state stays; without a state before, the last value
  // decides.
  [
    'insufficient data',
    [0, 1],
    'ok',
    'Transition to ok due to 1 samples inside threshold, most recent: 1.0',
  ],
  [
    'insufficient data',
    [1, 0],
    'alarm',
    'Transition to alarm due to 1 samples outside threshold, most recent: 0.0',
  ],
  ['ok', [], 'insufficient data', 'datapoints are unknown'],
  ['alarm', [Number.NaN], 'insufficient data', 'datapoints are unknown'],
  [
    'ok',
    [Number.NaN, 0],
    'alarm',
    'Transition to alarm due to 1 samples outside threshold, most recent: 0.0',
  ],
] as const)('%s with the values %j becomes %s', (state, given, to, reason) => {
  expect(after(state, values(...given))).toMatchObject({ kind: 'fired', to, reason });
});

test.each([
  ['ok', [1, 2]],
  ['alarm', [0]],
  ['ok', [0, 1]],
  ['alarm', [1, 0]],
  ['insufficient data', []],
] as const)('%s with the values %j stays, and nothing is written', (state, given) => {
  expect(after(state, values(...given))).toEqual({ kind: 'nothing' });
});

test.each([
  ['lt', 1, 2],
  ['le', 2, 2],
  ['eq', 2, 2],
  ['ne', 1, 2],
  ['gt', 3, 2],
  ['ge', 2, 2],
  ['gt', Number.POSITIVE_INFINITY, 2],
  ['lt', Number.NEGATIVE_INFINITY, 2],
] as const)(
  '%s raises the alarm for %d and the threshold %d',
  (comparison_operator, value, threshold) => {
    const decision = after('ok', values(value), { comparison_operator, threshold });
    expect(decision).toMatchObject({ kind: 'fired', to: 'alarm' });
  },
);

test('reason_data is that of Aodh, and is always JSON', () => {
  expect(after('ok', values(0, 0))).toMatchObject({
    reason_data: { type: 'threshold', disposition: 'outside', count: 2, most_recent: 0 },
  });
  expect(after('ok', values())).toMatchObject({
    reason_data: { type: 'threshold', disposition: 'unknown', count: 0, most_recent: null },
  });
  expect(
    after('ok', values(Number.POSITIVE_INFINITY), { comparison_operator: 'gt' }),
  ).toMatchObject({
    reason: 'Transition to alarm due to 1 samples outside threshold, most recent: inf',
    reason_data: { most_recent: null },
  });
});

test('an answer that cannot be compared is insufficient data, with the reason', () => {
  const reason = 'the query returns a matrix, not a vector or a scalar';
  expect(after('ok', { kind: 'unusable', reason })).toMatchObject({
    to: 'insufficient data',
    reason,
  });
});

test('the third round in a row without an answer is insufficient data, and is notified once', () => {
  const states = [0, 1, 2, 3].map((failed_rounds) =>
    decideRound(
      prometheusAlarm({ state: 'ok', failed_rounds, last_round: 1 }),
      findings(failed),
      2,
    ),
  );
  expect(states).toMatchObject([
    { kind: 'noted', failed_rounds: 1 },
    { kind: 'noted', failed_rounds: 2 },
    {
      kind: 'fired',
      to: 'insufficient data',
      reason: 'No answer from Prometheus in 3 rounds: no answer within 5 s',
    },
    { kind: 'nothing' },
  ]);
});

test('an alarm that never had data says why after three rounds, and sends no notification', () => {
  const alarm = prometheusAlarm({ failed_rounds: 2, last_round: 1 });
  const written = roundWrite(alarm, findings(failed), roundAt(120_000), 'now');
  expect(written?.row).toBeUndefined();
  expect(written?.to).toMatchObject({
    state: 'insufficient data',
    state_reason: 'No answer from Prometheus in 3 rounds: no answer within 5 s',
    failed_rounds: 3,
  });
});

test('an answer ends the count of failed rounds', () => {
  const alarm = prometheusAlarm({ state: 'ok', failed_rounds: 2, last_round: 1 });
  expect(decideRound(alarm, findings(values(1)), 2)).toEqual({ kind: 'noted', failed_rounds: 0 });
});

test('the first round without data says so, once', () => {
  const alarm = prometheusAlarm();
  expect(decideRound(alarm, findings(values()), 2)).toEqual({
    kind: 'noted',
    failed_rounds: 0,
    reason: 'datapoints are unknown',
  });
});

test('an alarm with repeat_actions notifies in every round, in every state', () => {
  const repeats = (state: AlarmState, answer: QueryAnswer) =>
    decideRound(
      prometheusAlarm({ state, repeat_actions: true, last_round: 1 }),
      findings(answer),
      2,
    );
  expect(repeats('alarm', values(0))).toMatchObject({
    kind: 'fired',
    to: 'alarm',
    reason: 'Remaining as alarm due to 1 samples outside threshold, most recent: 0.0',
  });
  expect(repeats('ok', values(0, 1))).toMatchObject({ kind: 'fired', to: 'ok' });
});

test.each([2, 3])(
  'a round that wrote the alarm, or an older one, writes nothing (%d)',
  (last_round) => {
    const alarm = prometheusAlarm({ state: 'ok', last_round });
    expect(decideRound(alarm, findings(values(0)), 2)).toEqual({ kind: 'nothing' });
  },
);

test('a firing has the same ids on every try, and moves only what rounds own', () => {
  const alarm = prometheusAlarm({ state: 'ok', last_round: 1, alarm_actions: ['https://a/'] });
  const round = roundAt(Date.parse('2026-01-01T00:05:30.000Z'));
  expect(round.at).toBe('2026-01-01T00:05:00.000Z');
  const [one, two] = ['2026-01-01T00:05:31.000Z', '2026-01-01T00:05:32.000Z'].map((now) =>
    roundWrite(alarm, findings(values(0)), round, now),
  );
  expect(one?.row?.event_id).toBe(two?.row?.event_id);
  expect(one?.row).toMatchObject({
    actions: ['https://a/'],
    on_behalf_of: 'a',
    type: 'state transition',
  });
  expect(JSON.parse(one?.row?.body ?? '')).toMatchObject({
    previous: 'ok',
    current: 'alarm',
    evaluated_at: round.at,
    state_timestamp: '2026-01-01T00:05:31.000Z',
  });
  const { state, state_reason, state_timestamp, transitions, revision, last_round, ...same } =
    one?.to ?? alarm;
  expect(alarm).toMatchObject(same);
  expect([state, revision, last_round, transitions]).toEqual([
    'alarm',
    2,
    round.round,
    { alarm: 1 },
  ]);
});

test('an alarm that is disabled, or outside of its time constraints, is not written', () => {
  const round = roundAt(Date.parse('2026-01-01T12:00:00.000Z'));
  const write = (given: object) =>
    roundWrite(prometheusAlarm({ state: 'ok', ...given }), findings(values(0)), round, round.at);
  const nightly = { name: 't', description: '', start: '0 2 * * *', duration: 60, timezone: '' };
  expect(write({ enabled: false })).toBeUndefined();
  expect(write({ time_constraints: [nightly] })).toBeUndefined();
  expect(write({ time_constraints: [{ ...nightly, start: '0 12 * * *' }] })).toBeDefined();
  expect(write({})).toBeDefined();
});

const query = (name: string) =>
  ({ type: 'prometheus', query: name, comparison_operator: 'gt', threshold: 0 }) as const;
const [x, y, z] = [query('x'), query('y'), query('z')];
const event = { type: 'event', alarm_id: '00000000-0000-4000-8000-00000000000e' } as const;
const [raised, calm, silent] = [values(1), values(0), values()];
const mixed = values(1, 0);

test.each([
  [{ and: [x, y] }, { x: raised, y: raised }, 'alarm'],
  [{ and: [x, y] }, { x: raised, y: calm }, 'ok'],
  [{ and: [x, y] }, { x: silent, y: calm }, 'ok'],
  [{ and: [x, y] }, { x: silent, y: raised }, 'insufficient data'],
  [{ or: [x, y] }, { x: silent, y: raised }, 'alarm'],
  [{ or: [x, y] }, { x: silent, y: calm }, 'insufficient data'],
  [{ or: [x, y] }, { x: calm, y: calm }, 'ok'],
  [{ or: [x, { and: [y, z] }] }, { x: calm, y: raised, z: raised }, 'alarm'],
  [{ or: [x, { and: [y, z] }] }, { x: calm, y: raised, z: calm }, 'ok'],
  // A part without an answer does not matter if the others decide.
  [{ or: [x, y] }, { x: failed, y: raised }, 'alarm'],
  [{ and: [x, y] }, { x: failed, y: calm }, 'ok'],
] as const)('%j with %j is %s', (rule, byQuery, to) => {
  const state = to === 'insufficient data' ? 'ok' : 'insufficient data';
  const alarm = compositeAlarm(rule, { state, last_round: 1 });
  expect(decideRound(alarm, findings(silent, { byQuery }), 2)).toMatchObject({ kind: 'fired', to });
});

test.each([
  [
    { x: failed, y: raised },
    { kind: 'noted', failed_rounds: 1 },
  ],
  [{ x: mixed, y: raised }, { kind: 'nothing' }],
] as const)('an undecided composite alarm with %j keeps its state', (byQuery, decision) => {
  const alarm = compositeAlarm({ and: [x, y] }, { state: 'ok', last_round: 1 });
  expect(decideRound(alarm, findings(silent, { byQuery }), 2)).toEqual(decision);
});

test('a part that names an alarm has the alarm’s state, or insufficient data if the alarm was deleted', () => {
  const alarm = compositeAlarm({ and: [x, event] }, { state: 'ok', last_round: 1 });
  const decide = (states: Record<string, AlarmState>) =>
    decideRound(alarm, findings(raised, { states }), 2);
  expect(decide({ [event.alarm_id]: 'alarm' })).toMatchObject({
    to: 'alarm',
    reason:
      'Composite rule alarm with composition form: (rule1 and rule2) transition to alarm, due to rules: rule1, rule2 outside their threshold.',
    reason_data: {
      type: 'composite',
      composition_form: '(rule1 and rule2)',
      causative_rules: { rule1: x, rule2: event },
    },
  });
  expect(decide({ [event.alarm_id]: 'ok' })).toEqual({ kind: 'nothing' });
  expect(decide({})).toMatchObject({ to: 'insufficient data' });
});
