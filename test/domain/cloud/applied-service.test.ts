import { expect, test } from 'vitest';
import { mayStillChange } from '../../../domain/cloud/applied-service.ts';
import { minute } from '../../domain/rows.ts';

const down = (done: boolean) => ({ forced_down: true, done, at: minute(5) });

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
