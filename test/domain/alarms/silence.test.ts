import { describe, expect, test } from 'vitest';
import {
  holdingSilence,
  isSameSilence,
  newSilence,
  nextLookAt,
  type Silenceable,
  SilenceMatchers,
  silenceStatus,
  silenceUntil,
} from '../../../domain/alarms/silence.ts';
import { id, minute } from '../rows.ts';
import { silenceWith } from './silences.ts';

const firing: Silenceable = {
  project_id: 'a',
  alarm_id: id(1),
  resource_ids: ['vm-1'],
  host: 'compute-1',
};

describe('what a silence matches', () => {
  test.each([
    { project_id: 'a', matchers: {}, is: true },
    { project_id: 'b', matchers: {}, is: false },
    { project_id: '', matchers: { project_id: ['b', 'a'] }, is: true },
    { project_id: '', matchers: { project_id: ['b'] }, is: false },
    { project_id: 'a', matchers: { resource_id: ['vm-1'] }, is: true },
    { project_id: 'a', matchers: { resource_id: ['vm-2'] }, is: false },
    { project_id: 'a', matchers: { alarm_id: [id(1)] }, is: true },
    { project_id: 'a', matchers: { alarm_id: [id(2)] }, is: false },
    { project_id: 'a', matchers: { alarm_id: [id(1)], resource_id: ['vm-2'] }, is: false },
    { project_id: '', matchers: { host: ['COMPUTE-1'] }, is: true },
    { project_id: '', matchers: { host: ['compute-2'] }, is: false },
    { project_id: '', matchers: { host: ['compute-1'], project_id: ['b'] }, is: false },
  ])('a silence of project "$project_id" with $matchers: $is', ({ project_id, matchers, is }) => {
    const silence = silenceWith({ project_id, matchers });
    expect(holdingSilence([silence], firing, minute(6)) === silence).toBe(is);
  });

  test('no host matches an event without a host', () => {
    const silence = silenceWith({ project_id: '', matchers: { host: ['compute-1'] } });
    expect(holdingSilence([silence], { ...firing, host: undefined }, minute(6))).toBeUndefined();
  });

  test('a matcher without values, with an unknown name or a text in place of a list is refused', () => {
    for (const odd of [{ host: [] }, { severity: ['low'] }, { alarm_id: 'x' }]) {
      expect(SilenceMatchers.safeParse(odd).success).toBe(false);
    }
  });
});

describe('when a silence is active', () => {
  test.each([
    { at: 4, status: 'pending' },
    { at: 5, status: 'active' },
    { at: 59, status: 'active' },
    { at: 60, status: 'expired' },
  ])('at minute $at it is $status', ({ at, status }) => {
    expect(silenceStatus(silenceWith(), minute(at))).toBe(status);
    const found = holdingSilence([silenceWith()], firing, minute(at));
    expect(found !== undefined).toBe(status === 'active');
  });

  test('of several that match, the one that ends last holds', () => {
    const long = silenceWith({ silence_id: id(8), ends_at: minute(90) });
    for (const silences of [
      [silenceWith(), long],
      [long, silenceWith()],
    ]) {
      expect(holdingSilence(silences, firing, minute(6))).toBe(long);
    }
  });
});

describe('a request under a known id', () => {
  const request = { project_id: 'a', matchers: {}, ends_at: minute(60), reason: 'work' };
  const by = { silence_id: id(77), created_by: 'u', created_at: minute(10) };

  test('a start that has passed is the moment when the silence is made', () => {
    expect(newSilence({ ...request, starts_at: minute(1) }, by).starts_at).toBe(minute(10));
    expect(newSilence(request, by).starts_at).toBe(minute(10));
    expect(newSilence({ ...request, starts_at: minute(20) }, by).starts_at).toBe(minute(20));
  });

  test.each([
    ['ten minutes after its start', minute(20), minute(60), minute(10), minute(30)],
    ['ten minutes later, while it lasts', minute(10), minute(60), minute(35), minute(45)],
    ['at its end, if that is sooner', minute(10), minute(60), minute(55), minute(60)],
  ])('the sweeper looks at a silence %s', (_, starts_at, ends_at, now, next) => {
    expect(nextLookAt({ starts_at, ends_at }, now)).toBe(next);
  });

  test.each([
    { change: {}, is: true },
    { change: { starts_at: minute(1) }, is: true },
    { change: { ends_at: minute(99), reason: 'more work' }, is: true },
    { change: { starts_at: minute(20) }, is: false },
    { change: { project_id: 'b' }, is: false },
    { change: { matchers: { alarm_id: [id(1)] } }, is: false },
  ])('with $change it is for the same silence: $is', ({ change, is }) => {
    expect(isSameSilence(newSilence(request, by), { ...request, ...change })).toBe(is);
  });

  test('a new end changes the time at which the sweeper looks at the silence', () => {
    const known = newSilence(request, by);
    const later = silenceUntil(known, { ends_at: minute(99), reason: 'more' }, minute(92));
    expect(later).toEqual({
      ...known,
      ...{ ends_at: minute(99), due_at: minute(99), reason: 'more', revision: 2 },
    });
    expect(silenceUntil(known, known, minute(12)).due_at).toBe(minute(22));
  });
});
