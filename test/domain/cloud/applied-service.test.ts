import { expect, test } from 'vitest';
import { isForeign, mayStillChange } from '../../../domain/cloud/applied-service.ts';
import { minute } from '../../domain/rows.ts';

const down = (done: boolean) => ({ forced_down: true, done, at: minute(5) });
/** Doctor wrote `down`; before that, Nova did not answer a request for `up`. */
const late = (at: number) => ({
  ...{ forced_down: true, done: true, at: minute(5) },
  up_unanswered_at: minute(at),
});
const seen = (forced_down: boolean, at: number) => ({ forced_down, read_at: minute(at) });

test.each([
  ['a host that Doctor never wrote and that is down', undefined, seen(true, 6), true],
  ['a host that Doctor never wrote and that is up', undefined, seen(false, 6), false],
  ['what Doctor wrote itself', down(true), seen(true, 6), false],
  ['the opposite of what Doctor wrote', down(true), seen(false, 6), true],
  ['a flag that was read before Doctor wrote it', down(true), seen(false, 4), false],
  ['a flag that Doctor is writing', down(false), seen(false, 6), false],
  [
    'a request that Nova did not answer, less than a minute before',
    late(5),
    seen(false, 5.5),
    false,
  ],
  ['a request that Nova did not answer, longer ago', late(5), seen(false, 7), true],
])('%s', (_, applied, flag, foreign) => {
  expect(isForeign(applied, flag)).toBe(foreign);
});

test.each([
  ['a process that died during the request for the other value', down(false), 5.5, true],
  ['the same, longer ago', down(false), 7, false],
  ['a request for the other value that was carried out', down(true), 5.5, false],
  [
    'a first attempt that Nova did not answer',
    { ...down(true), down_unanswered_at: minute(5) },
    5.5,
    true,
  ],
])('a host that is up, after %s', (_, applied, now, late) => {
  expect(mayStillChange(applied, false, minute(now))).toBe(late);
});
