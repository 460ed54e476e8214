import { expect, test } from 'vitest';
import { firingOf } from '../../../domain/alarms/firing.ts';
import {
  receiverOf,
  requestIdOf,
  schemeOf,
  shownAction,
  webhooksOf,
} from '../../../domain/delivery/webhook.ts';
import { type Answer, verdictOf } from '../../../domain/delivery/webhook-retry.ts';
import { toAsciiJson } from '../../../domain/json.ts';
import { alarmWith } from '../alarms/alarms.ts';
import { eventWith } from '../events/events.ts';
import { minute } from '../rows.ts';

const actions = ['https://user:secret@a.example:8443/x?token=secret#there', 'log:'];
const alarm = alarmWith({ state: 'ok', alarm_actions: actions, ok_actions: ['test:'] });
const event = eventWith(['state', 1, 'stopped']);
const transition = { kind: 'transition', to: 'alarm', reason: 'because' } as const;
const notice = { kind: 'notice', reason: 'because' } as const;
const fired = (decision: typeof transition | typeof notice) =>
  firingOf(alarm, event, decision, minute(1)).row;

test('a firing has a webhook for each action of the reported state', () => {
  expect(webhooksOf(fired(transition)).map(({ action }) => action)).toEqual(actions);
  expect(webhooksOf(fired(notice)).map(({ action }) => action)).toEqual(['test:']);
  expect(webhooksOf({ ...fired(notice), actions: [] })).toEqual([]);
});

test('the body of a webhook has exactly the fields of Aodh, in their order', () => {
  const [first] = webhooksOf(fired(transition));
  expect(Object.keys(first?.body ?? {})).toEqual([
    ...['alarm_name', 'alarm_id', 'severity', 'previous', 'current', 'reason', 'reason_data'],
  ]);
  expect(first).toMatchObject({
    project_id: 'a',
    attempts: 0,
    lane: 'first',
    body: { previous: 'ok', current: 'alarm', reason: 'because', reason_data: { type: 'event' } },
  });
});

test('ids are equal exactly for the same alarm, event and action', () => {
  const [first, second] = webhooksOf(fired(transition));
  expect(webhooksOf(fired(transition))[0]).toEqual(first);
  expect(second?.webhook_id).not.toBe(first?.webhook_id);
  expect(requestIdOf(first ?? { webhook_id: '' })).toMatch(/^req-[0-9a-f-]{36}$/);
});

test('a shown action contains no secret', () => {
  expect(actions.map(shownAction)).toEqual(['https://a.example:8443/x', 'log:']);
  expect(shownAction('arn:aws:sns:eu-west-1:123456789012:t')).toContain('123456789012:t');
});

test('receivers differ by scheme, host and port', () => {
  expect(receiverOf('HTTPS://u:p@A.example/x')).toBe('https://a.example');
  expect(receiverOf('https://a.example:8443/y')).toBe('https://a.example:8443');
  expect(receiverOf('log:')).toBe('log:');
  expect(schemeOf('HTTPS://a.example')).toBe('https');
});

test('bodies are ASCII, as Python writes them', () => {
  expect(toAsciiJson({ name: 'Süd\u007f😀"' })).toBe(
    '{"name":"S\\u00fcd\\u007f\\ud83d\\ude00\\""}',
  );
});

const answered = (status: number, retryAfterSeconds?: number): Answer => ({
  kind: 'answered',
  status,
  ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
});
const hung: Answer = { kind: 'unanswered', reason: 'no answer within 5 s', timedOut: true };
const judged = (answer: Answer, attempts = 1, random = 0) =>
  verdictOf(answer, { attempts, most: 12, random });

test.each([200, 201, 202, 204, 299])('%i is delivered', (status) => {
  expect(judged(answered(status))).toEqual({
    result: 'delivered',
    attempts: 1,
    status,
    reason: '',
  });
});

test.each([408, 429, 500, 502, 503, 599])('%i is retried', (status) => {
  const reason = `answered ${status}`;
  expect(judged(answered(status))).toMatchObject({ result: 'retrying', reason, delaySeconds: 1 });
});

test.each([301, 302, 304, 307, 400, 401, 404, 410])('%i is given up', (status) => {
  const verdict = judged(answered(status));
  expect(verdict).toMatchObject({ result: 'given up', status, reason: `answered ${status}` });
  expect(verdict).not.toHaveProperty('delaySeconds');
});

test('an attempt without an answer is retried; a refused address is given up', () => {
  expect(judged(hung)).toMatchObject({ result: 'retrying', status: null, delaySeconds: 1 });
  expect(judged({ kind: 'refused', reason: 'private' })).toMatchObject({ result: 'given up' });
});

test('a webhook is given up after the last allowed attempt', () => {
  expect(judged(hung, 11).result).toBe('retrying');
  expect(judged(hung, 12)).toEqual({
    ...{ result: 'given up', attempts: 12, status: null, reason: 'no answer within 5 s' },
  });
});

test('pauses double up to 15 minutes, and up to half of each is random', () => {
  const pauses = (random: number) =>
    Array.from({ length: 11 }, (_, n) => judged(hung, n + 1, random).delaySeconds);
  expect(pauses(0)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 450, 450]);
  expect(pauses(0.999)).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
});

test('a receiver may ask for a longer pause, up to the longest delay of a queue', () => {
  expect(judged(answered(429, 30)).delaySeconds).toBe(30);
  expect(judged(answered(503, 0)).delaySeconds).toBe(1);
  expect(judged(answered(429, 86_400)).delaySeconds).toBe(900);
});
