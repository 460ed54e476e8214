/** How the console shows states, times, hosts, entries of histories and changes. */
import { expect, test } from 'vitest';
import { withHosts } from '../../console/src/live/hosts-now.ts';
import { hostState, shapes, toneOf } from '../../console/src/ui/states.ts';
import { delayInWords, lasting, momentOf, utcTime } from '../../console/src/ui/times.ts';
import { visibleRows } from '../../console/src/ui/visible-rows.ts';
import { changeInWords } from '../../console/src/views/alarms/change-words.ts';
import { type HistoryEntry, happening, whoOf } from '../../console/src/views/hosts/happenings.ts';
import { queueAges } from '../../console/src/views/now/queue-ages.ts';

const well = { state: 'up', status: 'enabled', forced_down: false, maintenance: false } as const;

test.each([
  [{ ...well }, 'up'],
  [{ ...well, status: 'disabled' }, 'disabled'],
  [{ ...well, status: 'disabled', maintenance: true }, 'maintenance'],
  [{ ...well, state: 'down', maintenance: true }, 'silent'],
  [{ ...well, state: 'down', forced_down: true, maintenance: true }, 'down'],
] as const)('the host %o is shown as %s', (facts, state) => {
  expect(hostState(facts)).toBe(state);
});

test.each([
  ['12:00:00.210', '+210 ms'],
  ['12:00:04.240', '+4.2 s'],
  ['12:03:00.000', '+3 min'],
  ['11:59:59.000', '+0 ms'],
])('a notification at %s is shown as %s after its report', (at, words) => {
  expect(delayInWords('2026-01-01T12:00:00.000Z', `2026-01-01T${at}Z`)).toBe(words);
});

test('the age of queues is the longest time for which one of them has not been empty', () => {
  const minute = (n: number, waiting: Record<string, number>) => ({
    ...{ at: `2026-01-01T12:0${n}:00.000Z`, waiting },
  });
  expect(
    queueAges([
      minute(0, { events: 0, faults: 0 }),
      minute(1, { events: 3, faults: 0 }),
      minute(2, { events: 2, faults: 1 }),
      minute(3, { events: 0, faults: 1 }),
      minute(4, {}),
      minute(5, { events: 1 }),
    ]),
  ).toEqual([0, 1, 2, 2, 0, 1]);
});

test('tones differ in shape, and states of all surfaces have one', () => {
  expect(new Set(Object.values(shapes)).size).toBe(5);
  expect(['ACTIVE', 'SHUTOFF', 'ERROR', 'insufficient data', 'open'].map(toneOf)).toEqual([
    'good',
    'warn',
    'bad',
    'off',
    'bad',
  ]);
});

test('times without a zone, as Aodh and Nova have them, are UTC', () => {
  expect(momentOf('2026-11-27T02:07:25.009000').toISOString()).toBe('2026-11-27T02:07:25.009Z');
  expect(utcTime('2026-11-27T02:07:25Z')).toBe('2026-11-27 02:07:25 UTC');
});

test.each([
  [-5, '0 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [7_300_000, '2 h'],
  [200_000_000, '2 d'],
])('%i ms last %s', (ms, words) => {
  expect(lasting(ms)).toBe(words);
});

test('of a long table, only the visible rows and some around them are in the page', () => {
  const view = { top: 34_000, height: 680, rowHeight: 34, count: 10_000 };
  expect(visibleRows(view)).toEqual({ first: 985, last: 1_035 });
  expect(visibleRows({ ...view, top: 0, count: 80 })).toEqual({ first: 0, last: 80 });
  expect(visibleRows({ ...view, top: 1e9 })).toEqual({ first: 10_000, last: 10_000 });
});

test('changed hosts are replaced in the list, and deleted ones are removed', () => {
  const listed = (host: string, state: 'up' | 'down') => ({
    host,
    state,
    zone: 'z',
    updated_at: '',
  });
  const now = new Map([
    ['b', listed('b', 'down')],
    ['c', undefined],
    ['aa', listed('aa', 'up')],
  ]);
  const hosts = withHosts([listed('a', 'up'), listed('b', 'up'), listed('c', 'up')], now);
  expect(hosts.map(({ host, state }) => `${host} ${state}`)).toEqual(['a up', 'aa up', 'b down']);
});

const entryOf = (given: Partial<HistoryEntry>): HistoryEntry => ({
  ...{ at: '2026-11-27T01:00:00.000Z', what: 'fault_raised', affected: null, fault_kind: null },
  ...{ user_id: null, user_name: null, source: null, request_id: null, fault_id: null },
  ...{ server_id: null, dest: null, status: null, updated_at: null },
  ...given,
});

test.each<[Partial<HistoryEntry>, string, string, string]>([
  [
    { fault_kind: 'host', affected: 2, source: 'zabbix' },
    'down',
    'Host failed: 2 servers',
    'zabbix',
  ],
  [{ fault_kind: 'data_plane', affected: 1 }, 'down', 'Data plane failed: 1 ports', ''],
  [{ what: 'fault_cleared', fault_kind: 'host', user_id: 'u' }, 'up', 'Host works again', 'u'],
  [{ what: 'maintenance_started', user_id: 'u' }, 'maintenance', 'Maintenance started', 'u'],
  [
    { what: 'evacuation', server_id: 'i', dest: 'b', status: 'done' },
    ...(['done', 'web evacuated to b', ''] as const),
  ],
  [
    { what: 'evacuation', server_id: 'j', status: 'accepted' },
    ...(['accepted', 'j evacuated to a host to be chosen', ''] as const),
  ],
])('a line of a host’s history: %o', (given, state, what, who) => {
  const entry = entryOf(given);
  expect(happening(entry, new Map([['i', 'web']]))).toEqual({ state, what });
  expect(whoOf(entry)).toBe(who);
});

test.each([
  [
    'state transition',
    { state: 'alarm', transition_reason: 'Event x hits' },
    'alarm: Event x hits',
  ],
  ['rule change', { enabled: false }, 'enabled false'],
  ['creation', { name: 'web is off', type: 'event' }, 'web is off'],
])('a %s of an alarm in words', (type, detail, words) => {
  expect(changeInWords({ type, detail: JSON.stringify(detail) })).toBe(words);
});

test('a detail that is not JSON is no error', () => {
  expect(changeInWords({ type: 'rule change', detail: 'no' })).toBe('');
});
