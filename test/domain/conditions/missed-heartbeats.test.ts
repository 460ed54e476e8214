/** When a host has sent no heartbeat for too long, and what a look at many hosts finds. */
import { expect, test } from 'vitest';
import {
  heartbeatObservation,
  isHeldSilent,
  isSilent,
  MissedHeartbeatsMessage,
  maybeSilent,
  missedHeartbeatsAmong,
  silentAfter,
} from '../../../domain/conditions/missed-heartbeats.ts';
import { heartbeatSource, ownHolder } from '../../../domain/hosts/holders.ts';
import type { Host } from '../../../domain/hosts/host.ts';
import { registeredHost } from '../../../domain/hosts/registered-host.ts';
import { laterBy } from '../../../domain/time.ts';
import { hostWith, id, minute } from '../rows.ts';
import { sourceWith } from './reports.ts';

const at = (seconds: number): string => laterBy(minute(0), seconds);
const clock = (seconds: number, awake = 0) => ({
  ...{ now: at(seconds), serviceDownTimeSeconds: 60, awakeSince: at(awake) },
});
const beating = (given: Partial<Host> = {}) =>
  hostWith({ heartbeat: true, last_seen_up: at(100), ...given });
const holder = {
  ...{ condition_id: id(7), source: heartbeatSource, fenced: false, cleared: false },
};

test.each([
  ['after its last heartbeat', {}, 0, 160],
  [
    'after its registration, before the first heartbeat',
    { last_seen_up: null, created_at: at(50) },
    0,
    110,
  ],
  ['after it must send heartbeats', { heartbeat_since: at(120) }, 0, 180],
  ['after Doctor came into service', {}, 130, 190],
])('the silence of a host counts from %s', (_, given, awake, last) => {
  expect(silentAfter(beating(given), clock(0, awake))).toBe(at(last));
  expect(isSilent(beating(given), clock(last, awake))).toBe(false);
  expect(isSilent(beating(given), { ...clock(last, awake), now: laterBy(at(last), 0.001) })).toBe(
    true,
  );
});

test.each([
  ['that was deleted', { deleted: true }],
  ['that need not send heartbeats', { heartbeat: false }],
  ['whose heartbeat is of the future', { last_seen_up: at(9_000) }],
])('a host %s is not silent', (_, given) => {
  expect(isSilent(beating(given), clock(5_000))).toBe(false);
});

test('a host is held down as silent until a heartbeat ends that, whatever else holds it down', () => {
  expect(isHeldSilent(beating())).toBe(false);
  expect(isHeldSilent(beating({ held_by: [ownHolder(true)] }))).toBe(false);
  expect(isHeldSilent(beating({ held_by: [ownHolder(true), holder] }))).toBe(true);
  expect(isHeldSilent(beating({ held_by: [{ ...holder, cleared: true }] }))).toBe(false);
});

test('a look finds the silent hosts, and the next look is when another host may be silent', () => {
  const hosts = [
    beating({ host: 'silent' }),
    beating({ host: 'held', held_by: [holder] }),
    beating({ host: 'held-by-others', held_by: [ownHolder(true)] }),
    beating({ host: 'early', last_seen_up: at(150) }),
    beating({ host: 'late', last_seen_up: at(158) }),
  ];
  const rows = maybeSilent(hosts, clock(161));
  expect(rows.map(({ host }) => host)).toEqual(['silent', 'held', 'held-by-others']);
  const found = missedHeartbeatsAmong(hosts, rows, clock(161));
  expect(found).toEqual({ missed: ['silent', 'held-by-others'], next: at(166), deaf: false });
  const held = [beating({ held_by: [holder] }), ...hosts.slice(3)];
  expect(missedHeartbeatsAmong(held, held.slice(0, 1), clock(161))).toMatchObject({
    ...{ missed: [], next: at(210) },
  });
});

test('a heartbeat that the list does not show yet counts', () => {
  const listed = [beating()];
  const rows = [beating({ last_seen_up: at(159) })];
  expect(missedHeartbeatsAmong(listed, rows, clock(161))).toEqual({
    ...{ missed: [], next: at(219), deaf: false },
  });
});

test('a silent host that was reported up is checked one down time after that, and not before', () => {
  const rows = [beating({ heartbeat_since: at(161) })];
  expect(missedHeartbeatsAmong([beating()], rows, clock(163))).toEqual({
    ...{ missed: [], next: at(221), deaf: false },
  });
  expect(missedHeartbeatsAmong([beating()], rows, clock(222)).missed).toHaveLength(1);
});

test('without hosts the next look is after the down time, because no new host can be silent before', () => {
  expect(missedHeartbeatsAmong([], [], clock(161))).toEqual({
    missed: [],
    next: at(221),
    deaf: false,
  });
});

const many = Array.from({ length: 20 }, (_, n) => beating({ host: `h-${n}` }));

test('if none of many hosts sent a heartbeat for half of the down time, none is reported: Doctor cannot be reached', () => {
  expect(missedHeartbeatsAmong(many, many, clock(161))).toEqual({
    missed: [],
    next: at(166),
    deaf: true,
  });
  // Their last heartbeats arrived one after the other, so at first few of them are silent.
  const others = [105, 129].map((seen, n) => beating({ host: `o-${n}`, last_seen_up: at(seen) }));
  const hosts = [...many, ...others];
  expect(missedHeartbeatsAmong(hosts, many, clock(161))).toMatchObject({ missed: [], deaf: true });
  const heard = beating({ host: 'heard', last_seen_up: at(132) });
  expect(missedHeartbeatsAmong([...hosts, heard], many, clock(161)).missed).toHaveLength(20);
  expect(missedHeartbeatsAmong(many.slice(1), many.slice(1), clock(161)).missed).toHaveLength(19);
});

test.each([
  ['registered', { last_seen_up: null, created_at: at(155) }],
  ['reported up', { heartbeat_since: at(155) }],
])('a host that was just %s does not say that heartbeats reach Doctor', (_, given) => {
  const hosts = [...many, beating({ host: 'other', ...given })];
  expect(missedHeartbeatsAmong(hosts, many, clock(161))).toMatchObject({ missed: [], deaf: true });
});

test('hosts that are already reported as silent are no sign that Doctor cannot be reached', () => {
  const rows = many.map((host, n) => (n < 19 ? { ...host, held_by: [holder] } : host));
  expect(missedHeartbeatsAmong(many, rows, clock(161))).toMatchObject({
    missed: ['h-19'],
    deaf: false,
  });
});

test('a Doctor that has just come into service does not know yet', () => {
  const just = { ...clock(161), awakeSince: at(140) };
  expect(missedHeartbeatsAmong(many, [], just)).toMatchObject({ missed: [], deaf: false });
});

test('when heartbeats reach Doctor again, the silence of all hosts counts from then', () => {
  const heard = beating({ host: 'heard', last_seen_up: at(299) });
  const again = { ...clock(300), deafAt: at(298) };
  expect(maybeSilent([...many, heard], again)).toEqual([]);
  expect(missedHeartbeatsAmong([...many, heard], [], again)).toEqual({
    ...{ missed: [], next: at(358), deaf: false },
  });
  expect(maybeSilent(many, { ...clock(359), deafAt: at(298) })).toHaveLength(20);
});

test('missed heartbeats fence a host only if the settings of its source say so', () => {
  const of = (fenced: boolean) =>
    heartbeatObservation('h', 'raised', {
      source: sourceWith(heartbeatSource, { fenced }),
      serviceDownTimeSeconds: 60,
    });
  expect([of(false).effect, of(true).effect]).toEqual(['host_unreachable', 'host_down']);
});

test.each([
  {},
  { missed: [], awake_since: at(0) },
  { missed: ['h'] },
  { heard: ['#spelling#h'] },
  { heard: ['h'], missed: ['h'], awake_since: at(0) },
])('%o is no message', (body) => {
  expect(MissedHeartbeatsMessage.safeParse(body).success).toBe(false);
});

const registration = (heartbeat: boolean, seconds: number) => ({
  facts: { ...hostWith(), heartbeat },
  reported_at: at(seconds),
  actor: { user_id: 'feed', request_id: 'r', at: at(seconds) },
  newId: () => id(9),
});
test('a host that is registered to send heartbeats is not silent at once, however old its row is', () => {
  const made = registeredHost(undefined, 'h', registration(false, 0), 1).row;
  expect(made.heartbeat_since).toBeNull();
  const { row } = registeredHost(made, 'h', registration(true, 500), 1);
  expect(silentAfter(row, clock(0))).toBe(at(560));
  const again = registeredHost({ ...row, vcpus: 1 }, 'h', registration(true, 900), 1).row;
  expect(again.heartbeat_since).toBe(at(500));
  const off = registeredHost(again, 'h', registration(false, 950), 1).row;
  expect(off.heartbeat_since).toBeNull();
});
