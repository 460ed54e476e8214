/** The effects of conditions of several sources on one host. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Condition, shownState } from '../../../domain/conditions/condition.ts';
import {
  type ConditionStep,
  clearOnHost,
  endOnHost,
  raiseOnHost,
} from '../../../domain/conditions/host-condition.ts';
import type { Observation } from '../../../domain/conditions/observation.ts';
import { type ClearRule, clearRules, type Source } from '../../../domain/conditions/source.ts';
import { holdersOf, mostHolders, mostOfSource } from '../../../domain/hosts/holders.ts';
import type { Host } from '../../../domain/hosts/host.ts';
import { afterUpdate } from '../../../domain/hosts/service-update.ts';
import { downHost, hostWith, minute } from '../rows.ts';
import { observed, sender, sourceWith } from './reports.ts';

/** A host with the conditions of its sources, to which reports are applied one after the other. */
class Story {
  host: Host;
  readonly conditions = new Map<string, Condition>();
  last: ConditionStep | undefined;

  constructor(host: Host = hostWith()) {
    this.host = host;
  }

  report(source: Source, given: Partial<Observation> = {}, stuck = false): this {
    const observation = observed(given);
    const by = { ...sender(), source: source.name };
    const place = `${source.name} ${observation.key}`;
    const before = this.conditions.get(place);
    if (observation.status === 'raised') {
      this.#take(place, raiseOnHost({ host: this.host, before }, observation, { source, by }));
    } else if (before?.state === 'raised') {
      this.#take(place, clearOnHost(this.host, before, { source, by, stuck }));
    }
    return this;
  }

  clear(source: Source, given: Partial<Observation> = {}, stuck = false): this {
    return this.report(source, { ...given, status: 'cleared' }, stuck);
  }

  end(source: Source, key = 'k'): this {
    const place = `${source.name} ${key}`;
    const before = this.conditions.get(place);
    if (!before) throw new Error(`no condition ${place}`);
    const by = { ...sender(), source: source.name, reason: 'It runs.' };
    this.#take(place, endOnHost(this.host, before, by));
    return this;
  }

  admin(forced_down: boolean, more: { ends?: 'own' | 'all'; instances_left?: boolean } = {}): this {
    const { actor, reporter } = sender();
    this.host =
      afterUpdate(this.host, { forced_down, ...more }, actor, reporter)?.host ?? this.host;
    return this;
  }

  #take(place: string, step: ConditionStep): void {
    this.last = step;
    if (!('condition' in step)) return;
    this.conditions.set(place, step.condition);
    this.host = step.report?.host ?? this.host;
  }

  get standing(): 'up' | 'left' | 'failed' {
    if (!this.host.forced_down) return 'up';
    return this.host.instances_left ? 'left' : 'failed';
  }

  get holders(): string[] {
    return holdersOf(this.host)
      .map(({ source, fenced, cleared }) => `${source}${fenced ? '+' : ''}${cleared ? '-' : ''}`)
      .sort();
  }
}

const [a, b] = [sourceWith('alertmanager/a'), sourceWith('zabbix')];
const fencing = sourceWith('pacemaker', { fenced: true });

describe('a raise', () => {
  test.each([
    ['without a word on fencing', a, { fenced: null }, 'left'],
    ['that says that it is fenced', a, { fenced: true }, 'failed'],
    ['of a source that fences', fencing, { fenced: null }, 'failed'],
    ['of a source that fences, and says that it is not', fencing, { fenced: false }, 'left'],
    [
      'that a host of a fencing source is unreachable',
      fencing,
      { effect: 'host_unreachable' },
      'left',
    ],
  ] as const)('%s', (_, source, given, standing) => {
    const story = new Story().report(source, given);
    expect(story.standing).toBe(standing);
    const fault = standing === 'failed' ? expect.any(String) : null;
    expect(story.last).toMatchObject({ kind: 'raised', condition: { fault_id: fault } });
    expect(story.host.fault_number).toBe(standing === 'failed' ? 1 : 0);
  });

  test('names its source in the row of the fault', () => {
    const { last } = new Story().report(fencing);
    expect(last).toMatchObject({
      report: { fault: { opened: { source: 'pacemaker', reported_by: { user_name: 'doctor' } } } },
    });
  });

  test('that is repeated is only renewed: the host’s row is not written', () => {
    const { last, host } = new Story().report(a).report(a, { cause: 'still down' });
    expect(last).toMatchObject({
      kind: 'renewed',
      condition: { cause: 'still down', revision: 1 },
    });
    expect(last).not.toHaveProperty('report');
    expect(host.revision).toBe(2);
  });

  test('by a second source adds a holder, and no client sees a change', () => {
    const story = new Story().report(a);
    const { revision } = story.host;
    story.report(b);
    expect(story.host).toMatchObject({ revision, held_number: 2 });
    expect(story.holders).toEqual(['alertmanager/a', 'zabbix']);
  });

  test('that is fenced makes a fault of a host whose service was down', () => {
    const story = new Story().report(a).report(fencing);
    expect([story.standing, story.host.fault_number]).toEqual(['failed', 1]);
  });

  test('that is repeated and fenced now makes a fault, too', () => {
    const story = new Story().report(a).report(a, { fenced: true });
    expect([story.standing, story.last?.kind]).toEqual(['failed', 'raised']);
    expect(story.report(a, { fenced: false }).standing).toBe('failed');
  });

  test('of a host that was deleted and registered again is no renewal', () => {
    const story = new Story().report(a);
    story.host = hostWith();
    expect(story.report(a).last?.kind).toBe('raised');
    expect(story.standing).toBe('left');
  });

  test('beyond the most conditions of one host is ignored, with the reason', () => {
    const story = new Story();
    for (let n = 0; n < mostHolders; n++) story.report(sourceWith(`script/s${n}`));
    expect(story.report(b).last).toMatchObject({ kind: 'ignored', reason: /50 conditions/ });
    expect(story.report(sourceWith('script/s1')).last?.kind).toBe('renewed');
  });

  test('beyond the share of its source is ignored, and leaves room for other sources', () => {
    const story = new Story();
    for (let n = 0; n < mostOfSource; n++) story.report(a, { key: `k${n}` });
    expect(story.report(a, { key: 'more' }).last).toMatchObject({
      kind: 'ignored',
      reason: /20 conditions of the source/,
    });
    expect(story.report(a, { key: 'k1' }).last?.kind).toBe('renewed');
    expect(story.report(b).last?.kind).toBe('raised');
  });

  test('that says that the host was fenced is taken beyond the share of its source', () => {
    const story = new Story();
    for (let n = 0; n < mostOfSource; n++) story.report(a, { key: `k${n}` });
    expect(story.report(a, { key: 'more', fenced: true }).last?.kind).toBe('raised');
    expect(story.standing).toBe('failed');
  });
});

describe('the end of a condition', () => {
  const rules: Record<ClearRule, { fenced: string; unfenced: string }> = {
    auto: { fenced: 'up', unfenced: 'up' },
    hold: { fenced: 'failed', unfenced: 'left' },
    unset: { fenced: 'failed', unfenced: 'up' },
  };
  test.each(clearRules)('by the rule %s', (clear) => {
    const source = sourceWith('s', { clear });
    const end = (fenced: boolean) => new Story().report(source, { fenced }).clear(source).standing;
    expect({ fenced: end(true), unfenced: end(false) }).toEqual(rules[clear]);
  });

  test('leaves the host down while another source reports it down', () => {
    const story = new Story().report(a).report(b).clear(a);
    expect([story.standing, story.holders]).toEqual(['left', ['zabbix']]);
    expect(story.clear(b).standing).toBe('up');
  });

  test('that holds says so, and the condition counts as cleared', () => {
    const { last, holders } = new Story().report(fencing).clear(fencing);
    expect(last).toMatchObject({
      kind: 'cleared',
      reason: /servers were stopped/,
      condition: { state: 'cleared', held: true, cleared_by: { user_id: 'monitor' } },
    });
    expect(holders).toEqual(['pacemaker+-']);
  });

  test('is taken back by a new raise', () => {
    const story = new Story().report(fencing).clear(fencing).report(fencing);
    expect([story.last?.kind, story.holders]).toEqual(['raised', ['pacemaker+']]);
    expect(story.host.fault_number).toBe(1);
  });

  test('leaves the host down if servers were evacuated from it', () => {
    const story = new Story().report(a).clear(a, {}, true);
    expect(story.last).toMatchObject({ reason: /evacuated/, condition: { held: true } });
    expect(story.standing).toBe('left');
  });

  test('of the only source that fenced leaves a service that is down, and ends the fault', () => {
    const auto = sourceWith('s', { clear: 'auto', fenced: true });
    const story = new Story().report(auto).report(a).clear(auto);
    expect(story.standing).toBe('left');
    expect(story.last).toMatchObject({ report: { fault: { closed: 1 } } });
  });

  test('by hand ends it whatever the rule', () => {
    const story = new Story().report(fencing).clear(fencing).end(fencing);
    expect(story.standing).toBe('up');
    expect(story.last).toMatchObject({
      condition: { held: false, cleared_by: { reason: 'It runs.' } },
    });
  });

  test('does not bring a host up that an administrator reported down', () => {
    const story = new Story(downHost()).report(a).clear(a);
    expect([story.standing, story.holders]).toEqual(['failed', ['os-services+']]);
  });
});

describe('an administrator', () => {
  test('ends all that holds a host down, and the conditions with it', () => {
    const story = new Story().report(fencing).report(a).clear(fencing);
    const { actor, reporter } = sender();
    const report = afterUpdate(story.host, { forced_down: false }, actor, reporter);
    expect(report).toMatchObject({
      host: { forced_down: false, instances_left: false, held_by: [] },
      fault: { closed: 1 },
      ended: { holders: [{ source: 'pacemaker', cleared: true }, { source: 'alertmanager/a' }] },
    });
  });

  test('holds a host down beside the sources', () => {
    const story = new Story().report(a).admin(true);
    expect([story.standing, story.holders]).toEqual(['failed', ['alertmanager/a', 'os-services+']]);
    expect(story.clear(a).standing).toBe('failed');
    expect(story.admin(false).standing).toBe('up');
  });

  test('is not a caller with the role monitor, who ends only what these routes reported', () => {
    const story = new Story().report(a).admin(true).admin(false, { ends: 'own' });
    expect([story.standing, story.holders]).toEqual(['left', ['alertmanager/a']]);
  });
});

describe('any order and repetition of reports', () => {
  const sources = [
    sourceWith('auto', { clear: 'auto', fenced: true }),
    sourceWith('hold', { clear: 'hold' }),
    sourceWith('unset'),
    sourceWith('fences', { fenced: true }),
  ] as const;
  const reports = fc.record({
    status: fc.constantFrom('raised', 'cleared'),
    fenced: fc.constantFrom(null, true, false),
    repeats: fc.integer({ min: 1, max: 3 }),
  });
  const stories = fc.array(
    fc.record({
      source: fc.constantFrom(...sources),
      key: fc.constantFrom('k1', 'k2'),
      reported: fc.array(reports, { maxLength: 5 }),
    }),
    { maxLength: 6 },
  );

  test('of several sources ends in the same state', () => {
    fc.assert(
      fc.property(stories, fc.infiniteStream(fc.nat()), (reported, picks) => {
        // Each condition's reports keep their order; those of different conditions are mixed.
        const byKey = [
          ...Map.groupBy(reported, ({ source, key }) => `${source.name} ${key}`).values(),
        ].map((some) =>
          some.flatMap(({ source, key, reported }) =>
            reported.map((each) => ({ source, key, ...each })),
          ),
        );
        const inOrder = new Story();
        for (const each of byKey.flat()) inOrder.report(each.source, each);
        const mixed = new Story();
        const left = byKey.map((each) => [...each]);
        while (left.some(({ length }) => length > 0)) {
          const open = left.filter(({ length }) => length > 0);
          const [pick = 0] = picks.take(1);
          const next = open[pick % open.length]?.shift();
          for (let n = 0; n < (next?.repeats ?? 0); n++) {
            if (next) mixed.report(next.source, next);
          }
        }
        const states = ({ conditions }: Story) =>
          [...conditions].map(([place, { state, held }]) => [place, state, held]).sort();
        expect([mixed.standing, mixed.holders]).toEqual([inOrder.standing, inOrder.holders]);
        expect(states(mixed)).toEqual(states(inOrder));
      }),
    );
  });
});

test.each([
  [null, 99_999, 'raised'],
  [60, 61, 'raised'],
  [60, 62, 'stale'],
] as const)(
  'with stale_after %s a condition of minute 60 is at minute %i %s',
  (after, n, state) => {
    const row = { state: 'raised', renewed_at: minute(60) } as const;
    expect(shownState(row, after, minute(n))).toBe(state);
    expect(shownState({ ...row, state: 'cleared' }, after, minute(n))).toBe('cleared');
  },
);
