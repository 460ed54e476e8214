import { expect, test } from 'vitest';
import { lastReport, stateOf } from '../../../domain/hosts/host.ts';
import { hostWith, minute } from '../rows.ts';

const after = (ms: number): string => new Date(Date.parse(minute(0)) + ms).toISOString();
const seen = minute(0);

/** docs/wire/compute.md#state-of-a-service: registered at minute -10, asked with 60 s. */
test.each([
  [
    'reported down, heartbeat just now',
    { forced_down: true, heartbeat: true, last_seen_up: seen },
    0,
    'down',
  ],
  ['reported down, without heartbeat', { forced_down: true, heartbeat: false }, 0, 'down'],
  ['without heartbeat, never reported up', { heartbeat: false }, 0, 'up'],
  [
    'without heartbeat, reported up an hour ago',
    { heartbeat: false, last_seen_up: seen },
    3_600_000,
    'up',
  ],
  ['heartbeat just now', { heartbeat: true, last_seen_up: seen }, 0, 'up'],
  ['last heartbeat 60 s ago', { heartbeat: true, last_seen_up: seen }, 60_000, 'up'],
  ['last heartbeat 60.001 s ago', { heartbeat: true, last_seen_up: seen }, 60_001, 'down'],
  [
    'heartbeat by a clock that is 60 s ahead',
    { heartbeat: true, last_seen_up: seen },
    -60_000,
    'up',
  ],
  [
    'heartbeat by a clock that is more ahead',
    { heartbeat: true, last_seen_up: seen },
    -60_001,
    'down',
  ],
  ['no heartbeat yet, registered 60 s ago', { heartbeat: true, created_at: seen }, 60_000, 'up'],
  [
    'no heartbeat yet, registered longer ago',
    { heartbeat: true, created_at: seen },
    60_001,
    'down',
  ],
  ['in maintenance and disabled', { maintenance: true, status: 'disabled' }, 0, 'up'],
] as const)('a host %s is up or down as Nova has it', (_, given, ms, state) => {
  const host = hostWith({ created_at: minute(-10), ...given });
  expect(stateOf(host, { now: after(ms), serviceDownTimeSeconds: 60 })).toBe(state);
});

test('the service down time is a setting of the deployment', () => {
  const host = hostWith({ heartbeat: true, last_seen_up: seen });
  expect(stateOf(host, { now: after(61_000), serviceDownTimeSeconds: 120 })).toBe('up');
  expect(stateOf(host, { now: after(1), serviceDownTimeSeconds: 0 })).toBe('down');
});

/** Clients judge a service by the age of this time. The time of the request is minute 20. */
test.each([
  ['is up without a heartbeat, now', {}, 'up', minute(20)],
  ['was forced down without a heartbeat, then', { forced_down: true }, 'down', minute(5)],
  [
    'sends heartbeats, when the last one came',
    { heartbeat: true, last_seen_up: minute(4) },
    'up',
    4,
  ],
  [
    'sends no heartbeat any more, when the last one came',
    { heartbeat: true, last_seen_up: minute(4) },
    'down',
    4,
  ],
  ['never sent a heartbeat, when it was registered', { heartbeat: true }, 'down', 0],
] as const)('a host that %s', (_, given, state, at) => {
  const host = hostWith({ updated_at: minute(5), ...given });
  expect(lastReport(host, state, minute(20))).toBe(typeof at === 'number' ? minute(at) : at);
});
