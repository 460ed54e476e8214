import { expect, test } from 'vitest';
import { isForeign } from '../../../domain/cloud/applied-service.ts';
import { minute } from '../../domain/rows.ts';

const down = (done: boolean) => ({ forced_down: true, done, at: minute(5) });
const seen = (forced_down: boolean, at: number) => ({ forced_down, read_at: minute(at) });

test.each([
  ['a host that Doctor never wrote and that is down', undefined, seen(true, 6), true],
  ['a host that Doctor never wrote and that is up', undefined, seen(false, 6), false],
  ['what Doctor wrote itself', down(true), seen(true, 6), false],
  ['the opposite of what Doctor wrote', down(true), seen(false, 6), true],
  ['a flag that was read before Doctor wrote it', down(true), seen(false, 4), false],
  ['a flag that Doctor is writing', down(false), seen(false, 6), false],
])('%s', (_, applied, flag, foreign) => {
  expect(isForeign(applied, flag)).toBe(foreign);
});
