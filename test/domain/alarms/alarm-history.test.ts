import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { AlarmChange } from '../../../domain/alarms/alarm-history.ts';
import {
  projectShardOf,
  projectShards,
  sortKeyOf,
  timeShardOf,
  timeShards,
} from '../../../domain/alarms/history-shards.ts';

const change: AlarmChange = {
  event_id: 'm-1',
  alarm_id: '00000000-0000-4000-8000-000000000001',
  type: 'state transition',
  detail: '{"state":"alarm"}',
  user_id: null,
  project_id: null,
  on_behalf_of: 'a',
  timestamp: '2026-01-01T00:00:00.000Z',
  severity: 'low',
};

test('a record without a project is stored without one, and read with an empty one', () => {
  const { on_behalf_of, ...stored } = change;
  expect(AlarmChange.parse(stored)).toEqual({ ...change, on_behalf_of: '' });
  expect(projectShardOf({ ...change, on_behalf_of: '' })).toBeUndefined();
});

test('the sort keys of records have the order of their times', () => {
  const later = { ...change, timestamp: '2026-01-01T00:00:00.001Z', event_id: 'a' };
  expect(sortKeyOf(change) < sortKeyOf(later)).toBe(true);
});

test('many records of one alarm or of one event are spread over all shards', () => {
  const ofOneAlarm = Array.from({ length: 200 }, () => ({ ...change, event_id: randomUUID() }));
  const ofOneEvent = Array.from({ length: 200 }, () => ({ ...change, alarm_id: randomUUID() }));
  for (const records of [ofOneAlarm, ofOneEvent]) {
    expect([...new Set(records.map(timeShardOf))].sort()).toEqual(timeShards);
    const parts = new Set(records.map(projectShardOf));
    expect(parts).toEqual(new Set(projectShards(change.on_behalf_of)));
  }
  expect(timeShardOf({ ...change })).toBe(timeShardOf(change));
});
