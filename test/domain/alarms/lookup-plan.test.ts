import { expect, test } from 'vitest';
import { isReadWhole } from '../../../domain/alarms/lookup-plan.ts';

test.each([
  { keys: 1, alarms: 1, whole: false },
  { keys: 4, alarms: 10, whole: false },
  { keys: 5, alarms: 250, whole: true },
  { keys: 5, alarms: 251, whole: false },
  { keys: 50, alarms: 1_000, whole: true },
  { keys: 50, alarms: 2_500, whole: true },
  { keys: 50, alarms: 10_000, whole: false },
])('$keys keys among $alarms alarms: all are read: $whole', ({ keys, alarms, whole }) => {
  const names = Array.from({ length: keys }, (_, n) => `key-${n}`);
  expect(isReadWhole({ project_id: 'p', keys: names, alarms })).toBe(whole);
});
