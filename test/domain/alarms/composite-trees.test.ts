/**
 * Composite rules as deep trees, against a second evaluation that is written as the documents say it:
 * `alarm` if the tree holds of the parts in `alarm`, `ok` if the tree with `and` and `or` exchanged
 * holds of the parts in `ok`.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AlarmState } from '../../../domain/alarms/alarm.ts';
import type { CompositePart, CompositeRule } from '../../../domain/alarms/periodic-alarm.ts';
import { namedAlarms, partsOf, queriesIn } from '../../../domain/alarms/periodic-parts.ts';
import { decideRound } from '../../../domain/alarms/round.ts';
import type { QueryAnswer } from '../../../domain/alarms/round-outcome.ts';
import { id } from '../rows.ts';
import { compositeAlarm, findings, values } from './periodic-alarms.ts';

const above = (query: string) =>
  ({ type: 'prometheus', query, comparison_operator: 'gt', threshold: 0 }) as const;
const named = (type: 'event' | 'notification' | 'prometheus', n: number) => ({
  type,
  alarm_id: id(n),
});

/** What a part can be in a round. */
const kinds = ['alarm', 'ok', 'insufficient data', 'mixed, last alarm', 'mixed, last ok', 'failed'];
type Kind = (typeof kinds)[number];

const answers: Record<string, QueryAnswer> = {
  alarm: values(1, 2),
  ok: values(0),
  'insufficient data': values(),
  'mixed, last alarm': values(0, 1),
  'mixed, last ok': values(1, 0),
  failed: { kind: 'failed', reason: 'no answer' },
};

/** The state of each alarm that is named; the fourth was deleted. */
const states: Record<string, AlarmState> = {
  [id(1)]: 'alarm',
  [id(2)]: 'ok',
  [id(3)]: 'insufficient data',
};
const known = findings(values(), { byQuery: answers, states });

const part = fc.oneof(
  fc.constantFrom(...kinds).map((kind): CompositePart => above(kind)),
  fc.constantFrom<CompositePart>(
    named('event', 1),
    named('notification', 2),
    named('prometheus', 3),
    named('event', 4),
  ),
);
const { tree } = fc.letrec<{ tree: CompositeRule; inner: CompositeRule }>((tie) => ({
  tree: fc.oneof({ maxDepth: 5 }, part, tie('inner')),
  inner: fc.oneof(
    fc.array(tie('tree'), { minLength: 1, maxLength: 3 }).map((and) => ({ and })),
    fc.array(tie('tree'), { minLength: 1, maxLength: 3 }).map((or) => ({ or })),
  ),
}));

/** The kind of a part. While the alarm has no data, the last value of mixed ones decides. */
function kindOf(given: CompositePart, state: AlarmState): Kind {
  if ('alarm_id' in given) return states[given.alarm_id] ?? 'insufficient data';
  const isDecided = given.query.startsWith('mixed') && state === 'insufficient data';
  return isDecided ? given.query.replace('mixed, last ', '') : given.query;
}

/** Whether a tree holds of the parts of a kind; `exchanged`: with `and` and `or` exchanged. */
function holds(rule: CompositeRule, is: (each: CompositePart) => boolean, exchanged: boolean) {
  const inside = (each: CompositeRule): boolean => holds(each, is, exchanged);
  if ('and' in rule) return exchanged ? rule.and.some(inside) : rule.and.every(inside);
  if ('or' in rule) return exchanged ? rule.or.every(inside) : rule.or.some(inside);
  return is(rule);
}

const isState = (rule: CompositeRule, to: 'alarm' | 'ok', state: AlarmState): boolean =>
  holds(rule, (each) => kindOf(each, state) === to, to === 'ok');

/** The kinds of the parts that leave a tree undecided. */
function open(rule: CompositeRule, state: AlarmState): Kind[] {
  if (isState(rule, 'alarm', state) || isState(rule, 'ok', state)) return [];
  if ('and' in rule) return rule.and.flatMap((each) => open(each, state));
  if ('or' in rule) return rule.or.flatMap((each) => open(each, state));
  return [kindOf(rule, state)];
}

/** What the documents say that a round does. */
function expected(rule: CompositeRule, state: AlarmState): object {
  const entering = (to: AlarmState) => (to === state ? { kind: 'nothing' } : { kind: 'fired', to });
  if (isState(rule, 'alarm', state)) return entering('alarm');
  if (isState(rule, 'ok', state)) return entering('ok');
  const undecided = open(rule, state);
  if (undecided.includes('failed')) return { kind: 'noted', failed_rounds: 1 };
  if (undecided.some((kind) => kind.startsWith('mixed'))) return { kind: 'nothing' };
  return entering('insufficient data');
}

const state = fc.constantFrom('ok' as const, 'alarm' as const, 'insufficient data' as const);
const decide = (rule: CompositeRule, before: AlarmState) =>
  decideRound(compositeAlarm(rule, { state: before, last_round: 1 }), known, 2);

describe('a tree of any form', () => {
  test('is decided as the documents say', () => {
    fc.assert(
      fc.property(tree, state, (rule, before) => {
        expect(decide(rule, before)).toMatchObject(expected(rule, before));
      }),
      { numRuns: 2_000 },
    );
  });

  test('names the parts that are in the new state as its cause, of which there is at least one', () => {
    fc.assert(
      fc.property(tree, state, (rule, before) => {
        const decision = decide(rule, before);
        if (decision.kind !== 'fired') return;
        const parts = partsOf(rule);
        const named_ = parts.flatMap((each, n) =>
          kindOf(each, before) === decision.to ? [`rule${n + 1}`] : [],
        );
        const { reason_data } = decision;
        if (reason_data.type !== 'composite') return expect.unreachable();
        expect(Object.keys(reason_data.causative_rules).sort()).toEqual(named_.sort());
        if (decision.to !== 'insufficient data') expect(named_).not.toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  test('needs each query and each alarm once, however often the tree has it', () => {
    fc.assert(
      fc.property(tree, (rule) => {
        const ruled = { rule };
        expect(new Set(queriesIn(ruled)).size).toBe(queriesIn(ruled).length);
        expect(new Set(namedAlarms(ruled)).size).toBe(namedAlarms(ruled).length);
        const all = partsOf(rule).map((each) => ('query' in each ? each.query : each.alarm_id));
        expect(new Set([...queriesIn(ruled), ...namedAlarms(ruled)])).toEqual(new Set(all));
      }),
    );
  });
});
