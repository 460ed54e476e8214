import { expect, test } from 'vitest';
import { receiverAddress } from '../../../domain/delivery/webhook.ts';
import {
  projectCounter,
  receiverCounter,
  roomIn,
} from '../../../domain/delivery/webhook-minute.ts';
import { retryAgeSeconds, verdictOf } from '../../../domain/delivery/webhook-retry.ts';
import { waitSeconds } from '../../../domain/delivery/webhook-wait.ts';

test.each([
  ['http://hooks.example/a', 'hooks.example:80'],
  ['https://hooks.example/a?b#c', 'hooks.example:443'],
  ['http://user:secret@HOOKS.example.:80/b', 'hooks.example:80'],
  ['http://hooks.example:443/', 'hooks.example:443'],
  // Other spellings of the same address.
  ['http://2130706433/', '127.0.0.1:80'],
  ['http://0x7f.1:8080/', '127.0.0.1:8080'],
  ['http://[0:0:0:0:0:0:0:1]/', '[::1]:80'],
  ['no url', 'no url'],
])('the address of %s is %s', (action, address) => {
  expect(receiverAddress(action)).toBe(address);
});

const limits = { perReceiver: 600, perProject: 3_000 };
const webhook = { action: 'https://hooks.example/a', project_id: 'p' };
const now = '2026-01-01T00:07:42.000Z';

test('posts are counted by minute: of a receiver over all projects, and of a project', () => {
  expect(receiverCounter(webhook, limits, now)).toEqual({
    key: 'minute#2026-01-01T00:07#receiver#hooks.example:443',
    most: 600,
    part: { project_id: 'p', most: 300 },
  });
  expect(projectCounter(webhook, limits, now)).toEqual({
    key: 'minute#2026-01-01T00:07#project#p',
    most: 3_000,
  });
});

test('a limit of 0 counts nothing, and a limit of 1 leaves a project one', () => {
  expect(receiverCounter(webhook, { ...limits, perReceiver: 0 }, now)).toBeUndefined();
  expect(projectCounter(webhook, { ...limits, perProject: 0 }, now)).toBeUndefined();
  const one = receiverCounter(webhook, { ...limits, perReceiver: 1 }, now);
  expect(one).toMatchObject({ most: 1, part: { most: 1 } });
});

test.each([
  { posts: 0, ofPart: 0, room: 5 },
  { posts: 4, ofPart: 4, room: 1 },
  { posts: 8, ofPart: 2, room: 2 },
  { posts: 10, ofPart: 0, room: 0 },
  { posts: 12, ofPart: 9, room: 0 },
])('with $posts posts, $ofPart of the project, there is room for $room', ({ room, ...counted }) => {
  const counter = { key: 'k', most: 10, part: { project_id: 'p', most: 5 } };
  expect(roomIn(counter, counted)).toBe(room);
});

const ago = (seconds: number) => new Date(Date.parse(now) - seconds * 1000).toISOString();
const mostAttempts = 12;

test.each([
  // To the end of the minute, and within a minute after it.
  { waited: undefined, random: 0, seconds: 18 },
  { waited: undefined, random: 0.999, seconds: 78 },
  // To the end of the minute, and then within as much time as the webhook has waited already.
  { waited: 300, random: 0.5, seconds: 168 },
  { waited: 1_800, random: 0.999, seconds: 900 },
  { waited: 2_822, random: 0, seconds: 18 },
  { waited: 2_823, random: 0, seconds: undefined },
])('after $waited s, a webhook without room waits $seconds s more', (given) => {
  const { waited, random, seconds } = given;
  const since = waited === undefined ? undefined : ago(waited);
  expect(waitSeconds({ why: 'project', now, since, mostAttempts, random })).toBe(seconds);
});

test.each([
  { waited: undefined, random: 0, seconds: 10 },
  { waited: undefined, random: 0.99, seconds: 20 },
  { waited: 5, random: 0.99, seconds: 20 },
  { waited: 100, random: 0.5, seconds: 60 },
  { waited: 2_000, random: 0.99, seconds: 900 },
  { waited: 86_400, random: 0, seconds: undefined },
])(
  'after $waited s, a retry without a sender waits $seconds s more',
  ({ waited, random, seconds }) => {
    const since = waited === undefined ? undefined : ago(waited);
    expect(waitSeconds({ why: 'senders', now, since, mostAttempts, random })).toBe(seconds);
  },
);

test('a webhook with few attempts waits for ten minutes', () => {
  const waiting = { why: 'receiver', now, mostAttempts: 1, random: 0 } as const;
  expect(waitSeconds({ ...waiting, since: ago(600) })).toBe(18);
  expect(waitSeconds({ ...waiting, since: ago(601) })).toBeUndefined();
});

test('all attempts together take at most as long as the sum of their longest pauses', () => {
  const pauses = Array.from({ length: mostAttempts - 1 }, (_, n) => {
    const answer = { kind: 'answered', status: 503 } as const;
    return verdictOf(answer, { attempts: n + 1, most: mostAttempts, random: 0.9999 }).delaySeconds;
  });
  expect(retryAgeSeconds(mostAttempts)).toBe(
    pauses.reduce<number>((sum, pause = 0) => sum + pause, 0),
  );
  expect(retryAgeSeconds(1)).toBe(0);
});
