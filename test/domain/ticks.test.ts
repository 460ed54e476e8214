import { expect, test } from 'vitest';
import { clockAt, laterBy, tickSeconds, ticksFrom } from '../../domain/ticks.ts';
import { minute } from './rows.ts';

const at = (seconds: number): string => laterBy(minute(0), seconds);

test('the ticks of a minute begin at once, come every few seconds, and go on into the next minute', () => {
  const ticks = ticksFrom(minute(0));
  expect(ticks[0]).toEqual({ tick: minute(0), delaySeconds: 0 });
  expect(ticks[1]).toEqual({ tick: at(tickSeconds), delaySeconds: tickSeconds });
  const last = ticks.at(-1)?.delaySeconds ?? 0;
  expect(last).toBeGreaterThan(60);
  expect(last).toBeLessThanOrEqual(900);
});

test('a tick is at most as late as the promise of five seconds allows', () => {
  expect(tickSeconds).toBeLessThan(4);
});

const clock = { ticked_at: at(100), awake_since: at(0) };
test.each([
  ['the first tick', undefined, at(5), { ticked_at: at(5), awake_since: at(5) }, true],
  ['a tick soon after the last one', clock, at(103), clock, false],
  ['a tick some time after', clock, at(109), { ...clock, ticked_at: at(109) }, true],
  ['a tick that comes late', clock, at(130), { ...clock, ticked_at: at(130) }, true],
  ['a tick after a gap', clock, at(131), { ticked_at: at(131), awake_since: at(131) }, true],
  ['a tick of a clock that is behind', clock, at(90), clock, false],
])('%s', (_, before, now, expected, isWritten) => {
  expect(clockAt(before, now)).toEqual({ clock: expected, isWritten });
});
