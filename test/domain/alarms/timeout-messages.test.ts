/** How timers are put into messages. */
import { expect, test } from 'vitest';
import { type ProjectTimer, timeoutMessages } from '../../../domain/alarms/timeout-messages.ts';
import { laterBy } from '../../../domain/time.ts';
import { id, minute } from '../rows.ts';

const now = minute(0);
const timer = (n: number, seconds: number, project_id = 'a'): ProjectTimer => ({
  ...{ alarm_id: id(n), due: laterBy(now, seconds), project_id },
});

test.each([
  ['is due', -5, 0],
  ['falls due at this moment', 0, 0],
  ['falls due within the second', 0.2, 1],
  ['falls due at a full second', 3, 3],
  ['falls due after it', 3.001, 4],
])('a timer that %s is delivered in that second, and never before', (_, seconds, delaySeconds) => {
  expect(timeoutMessages([timer(1, seconds)], now)).toEqual([
    {
      ...{ project_id: 'a', delaySeconds },
      message: { timeouts: [{ alarm_id: id(1), due: laterBy(now, seconds) }] },
    },
  ]);
});

test('timers of different seconds and projects are in different messages', () => {
  const timers = [timer(1, 1), timer(2, 1, 'b'), timer(3, 2), timer(4, 1)];
  const ids = timeoutMessages(timers, now).map(({ project_id, delaySeconds, message }) => [
    ...[project_id, delaySeconds],
    ...message.timeouts.map(({ alarm_id }) => alarm_id),
  ]);
  expect(ids).toEqual([
    ['a', 1, id(1), id(4)],
    ['b', 1, id(2)],
    ['a', 2, id(3)],
  ]);
});

test('ten thousand of a project are forty messages, and the one of another project is among the first two', () => {
  const many = Array.from({ length: 10_000 }, (_, n) => timer(n, 4));
  const messages = timeoutMessages([...many, timer(10_001, 4, 'b')], now);
  expect(messages).toHaveLength(41);
  expect(messages.findIndex(({ project_id }) => project_id === 'b')).toBe(1);
  const ids = messages.flatMap(({ message }) => message.timeouts.map(({ alarm_id }) => alarm_id));
  expect(new Set(ids).size).toBe(10_001);
});
