/** Which of two flags is right where Nova's differs from Doctor's. */
import { expect, test } from 'vitest';
import { flagDifference } from '../../../domain/cloud/flag-difference.ts';
import { minute } from '../../domain/rows.ts';

/** Doctor wrote the flag at minute 5. */
const wrote = (forced_down: boolean, done = true) => ({ forced_down, done, at: minute(5) });
/** Doctor wrote `down`; before that, Nova did not answer a request for `up` at minute 5. */
const late = { ...wrote(true), up_unanswered_at: minute(5) };
/** Nova's flag, read at a minute. */
const seen = (forced_down: boolean, at = 6) => ({ forced_down, read_at: minute(at) });

test.each([
  ['Nova has down, and Doctor never wrote it', undefined, seen(true), 'reported'],
  ['Nova has down, and Doctor had forced it up', wrote(false), seen(true), 'reported'],
  ['Nova has down, because Doctor had written it', wrote(true), seen(true), 'unapplied'],
  ['Nova has up, and Doctor never wrote it', undefined, seen(false), 'unapplied'],
  ['Nova has up, because it refused down', wrote(false), seen(false), 'unapplied'],
  ['Nova has up, and Doctor had forced it down', wrote(true), seen(false), 'undone'],
  ['the flag was read before Doctor wrote it', wrote(true), seen(false, 4), 'own'],
  ['Doctor is writing it', wrote(true, false), seen(false), 'own'],
  ['Nova may have carried out a request late', late, seen(false, 5.5), 'own'],
  ['that was longer ago than a minute', late, seen(false, 7), 'undone'],
] as const)('%s', (_, applied, flag, why) => {
  expect(flagDifference(applied, flag, false)).toBe(why);
});

test.each([
  ['never wrote it', undefined, 'reported'],
  ['wrote down', wrote(true), 'reported'],
  ['is writing it', wrote(true, false), 'own'],
] as const)('Nova has up, its report holds the host down, and Doctor %s', (_, applied, why) => {
  expect(flagDifference(applied, seen(false), true)).toBe(why);
});
