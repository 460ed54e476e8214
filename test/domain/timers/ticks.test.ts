import { expect, test } from 'vitest';
import { laterBy } from '../../../domain/time.ts';
import { clockAt, tickSeconds, ticksFrom } from '../../../domain/timers/ticks.ts';
import {
  slotsFrom,
  timerPartOf,
  timerPartsOf,
  timerSlotOf,
} from '../../../domain/timers/timer-slots.ts';
import { id, minute } from '../rows.ts';

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

const clock = { ticked_at: at(100), awake_since: at(0), timers_from: 'x' };
test.each([
  [
    'the first tick',
    undefined,
    at(5),
    { ticked_at: at(5), awake_since: at(5), timers_from: '' },
    true,
  ],
  ['a tick soon after the last one', clock, at(103), clock, false],
  ['a tick some time after', clock, at(109), { ...clock, ticked_at: at(109) }, true],
  ['a tick that comes late', clock, at(130), { ...clock, ticked_at: at(130) }, true],
  [
    'a tick after a gap',
    clock,
    at(131),
    { ...clock, ticked_at: at(131), awake_since: at(131) },
    true,
  ],
  ['a tick of a clock that is behind', clock, at(90), clock, false],
])('%s', (_, before, now, expected, isWritten) => {
  expect(clockAt(before, now)).toEqual({ clock: expected, isWritten });
});

const slots = (...minutes: number[]) => minutes.map((n) => timerSlotOf(minute(n)));
test.each([
  ['the first look begins a little before now', '', 10, slots(8, 9, 10), 8],
  ['a look soon after begins there again', slots(8)[0] ?? '', 10.5, slots(8, 9, 10), 8],
  [
    'a look after an outage begins where the last one ended',
    slots(5)[0] ?? '',
    10,
    slots(5, 6, 7, 8, 9, 10),
    8,
  ],
  ['a clock that is behind misses nothing', slots(12)[0] ?? '', 10, slots(8, 9, 10), 8],
  ['a look at the end of a minute goes on into the next', '', 10.95, slots(8, 9, 10, 11), 8],
])('%s', (_, from, now, expected, next) => {
  expect(slotsFrom(from, minute(now))).toEqual({ slots: expected, next: slots(next)[0] });
});

test('the timers of a slot are spread over its parts, of which the first has the name of the slot', () => {
  const [due] = [minute(3.5)];
  const parts = timerPartsOf(timerSlotOf(due));
  expect(parts).toHaveLength(4);
  expect(parts[0]).toBe(timerSlotOf(due));
  const found = Array.from({ length: 400 }, (_, n) => timerPartOf(id(n), due));
  const counts = parts.map((part) => found.filter((each) => each === part).length);
  expect(counts.reduce((sum, each) => sum + each, 0)).toBe(400);
  for (const count of counts) expect(count).toBeGreaterThan(60);
  expect(timerPartOf(id(1), due)).toBe(timerPartOf(id(1), minute(3.9)));
});

test('a tick looks at sixty slots at most, and the next tick goes on', () => {
  const first = slotsFrom(timerSlotOf(minute(0)), minute(1_000));
  expect(first.slots).toHaveLength(60);
  expect(first.next).toBe(timerSlotOf(minute(60)));
  expect(slotsFrom(first.next, minute(1_000)).slots[0]).toBe(timerSlotOf(minute(60)));
});
