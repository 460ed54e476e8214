import { expect, test } from 'vitest';
import type { OutboxRow } from '../../../domain/alarms/outbox-row.ts';
import {
  minuteCounts,
  timeOfShare,
  totalOf,
} from '../../../domain/delivery/notification-minute.ts';

const accepted = (moment: string): OutboxRow => ({
  ...{ event_id: 'e', alarm_id: 'a', type: 'state transition', detail: '{}', user_id: 'u' },
  ...{ project_id: 'p', on_behalf_of: 'p', severity: 'low', timestamp: moment },
  ...{ body: JSON.stringify({ accepted_at: moment }), attributes: {}, actions: [], webhooks: {} },
  written_at: moment,
});

test('notifications are counted by the minute they were sent in, and by their time', () => {
  const rows = [accepted('2026-01-01T00:00:59.900Z'), accepted('2026-01-01T00:00:59.000Z')];
  expect(
    minuteCounts([
      { rows, at: '2026-01-01T00:00:59.950Z' },
      { rows: rows.slice(1), at: '2026-01-01T00:02:30.000Z' },
    ]),
  ).toEqual([
    { minute: '2026-01-01T00:00:00.000Z', counts: { 50: 1, 1000: 1 } },
    { minute: '2026-01-01T00:02:00.000Z', counts: { longer: 1 } },
  ]);
});

test('a row whose message does not say when its event was accepted is not counted', () => {
  const row = { ...accepted('2026-01-01T00:00:00.000Z'), body: 'no JSON' };
  expect(minuteCounts([{ rows: [row], at: '2026-01-01T00:00:00.000Z' }])).toEqual([]);
});

test.each([
  { counts: {}, p50: null, p99: null },
  { counts: { 50: 1 }, p50: 50, p99: 50 },
  { counts: { 100: 99, 2000: 1 }, p50: 100, p99: 100 },
  { counts: { 100: 98, 2000: 2 }, p50: 100, p99: 2_000 },
  { counts: { longer: 3 }, p50: 60_000, p99: 60_000 },
])('of $counts half take $p50 ms, and 99 of 100 $p99', ({ counts, p50, p99 }) => {
  const known = Object.fromEntries(Object.entries(counts));
  expect([timeOfShare(known, 0.5), timeOfShare(known, 0.99)]).toEqual([p50, p99]);
  expect(totalOf(known)).toBe(Object.values(known).reduce((sum, each) => sum + each, 0));
});
