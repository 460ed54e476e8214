/** `/doctor/v1/alarms/{alarm_id}/test`: who may test an alarm, what is sent, and what is answered. */
import { expect, test } from 'vitest';
import * as z from 'zod';
import type { AnyAlarm } from '../../../domain/alarms/periodic-alarm.ts';
import { newSilence, type Silence } from '../../../domain/alarms/silence.ts';
import type { AlarmTest } from '../../../domain/delivery/alarm-test.ts';
import { webhooksOf } from '../../../domain/delivery/webhook.ts';
import type { TestMessage } from '../../../domain/events/messages.ts';
import { alarmWith } from '../../domain/alarms/alarms.ts';
import { id, minute } from '../../domain/rows.ts';
import { asking } from './surface.ts';

const alarm = alarmWith({ alarm_id: id(1), alarm_actions: ['https://u:p@a.example/x?key=1'] });

/** Alarms and tests in memory, and what was sent. A project makes at most two tests. */
function world(given: { alarm?: AnyAlarm; silences?: Silence[] } = {}) {
  const stored = given.alarm ?? alarm;
  const { silences = [] } = given;
  const rows = new Map<string, AlarmTest>();
  const queued: [TestMessage['test'], string][] = [];
  const counted = new Map<string, number>();
  const alarmTesting = async () => ({
    alarm: async (alarm_id: string) => (alarm_id === stored.alarm_id ? stored : undefined),
    alarmTest: async (alarm_id: string, event_id: string) => {
      const row = rows.get(event_id);
      return row?.alarm_id === alarm_id ? row : undefined;
    },
    alarmCounts: async () =>
      new Map([['a', { all: 1, wide: 0, silences: silences.map(({ silence_id }) => silence_id) }]]),
    silences: async () => silences,
    subscriptionsOf: async () => [],
    countTest: async (project: string) => {
      counted.set(project, (counted.get(project) ?? 0) + 1);
      return (counted.get(project) ?? 0) <= 2;
    },
    saveTest: async (row: AlarmTest) => {
      rows.set(row.event_id, row);
    },
    queueTest: async ({ test: key }: TestMessage, project: string) => {
      expect(rows.has(key.event_id)).toBe(true);
      queued.push([key, project]);
    },
    newId: () => id(100 + rows.size),
    now: () => minute(5),
  });
  const ask = asking({ alarmTesting });
  const path = `/doctor/v1/alarms/${alarm.alarm_id}/test`;
  const post = (body?: unknown, role = 'member') => ask(role, { method: 'POST', path, body });
  return { ask, post, path, rows, queued, counted };
}

const Answer = z.object({ test: z.looseObject({ id: z.string() }) });

test('a member tests an alarm: the row is written, then queued, and the answer names the receivers', async () => {
  const { post, rows, queued } = world();
  const { status, body } = await post();
  expect({ status, body }).toEqual({
    status: 202,
    body: {
      test: {
        ...{ id: id(100), alarm_id: id(1), state: 'alarm', notification_id: expect.any(String) },
        ...{ enabled: true, silenced_by: null, topics: 1, subscriptions: [] },
        ...{ created_at: minute(5), published_at: null },
        webhooks: [
          {
            ...{ action: 'https://a.example/x', result: 'pending', attempts: 0 },
            ...{ status: null, reason: '', at: null },
          },
        ],
      },
    },
  });
  expect(queued).toEqual([[{ event_id: id(100), alarm_id: id(1) }, 'a']]);
  expect(rows.get(id(100))?.message).toMatchObject({
    ...{ attributes: { test: 'true', current: 'alarm' }, actions: alarm.alarm_actions },
  });
});

test('another state sends the message of that state to its actions', async () => {
  const { post, rows } = world();
  expect((await post({ state: 'ok' })).body).toMatchObject({ test: { webhooks: [] } });
  expect(rows.get(id(100))?.message).toMatchObject({ attributes: { current: 'ok' }, actions: [] });
});

test('a disabled or silenced alarm is tested too, and the answer says so', async () => {
  const silence = newSilence(
    { project_id: 'a', matchers: {}, ends_at: minute(60), reason: 'work' },
    { silence_id: id(9), created_by: 'u', created_at: minute(1) },
  );
  const { post, queued } = world({ alarm: { ...alarm, enabled: false }, silences: [silence] });
  expect((await post()).body).toMatchObject({ test: { enabled: false, silenced_by: id(9) } });
  expect(queued).toHaveLength(1);
});

test('the outcomes of webhooks are shown to readers, and only those of that alarm', async () => {
  const { ask, post, path, rows } = world();
  const made = Answer.parse((await post()).body).test;
  const row = rows.get(made.id);
  const [webhook] = row ? webhooksOf(row.message) : [];
  const outcome = {
    ...{ action: 'https://a.example/x', result: 'delivered' as const, attempts: 1, status: 204 },
    ...{ reason: '', at: minute(6) },
  };
  if (row) rows.set(made.id, { ...row, webhooks: { [webhook?.webhook_id ?? '']: outcome } });
  const shown = await ask('reader', { path: `${path}/${made.id}` });
  expect(shown).toMatchObject({
    status: 200,
    body: { test: { id: made.id, webhooks: [outcome] } },
  });
  expect((await ask('reader', { path: `${path}/${id(55)}` })).status).toBe(404);
  expect((await ask('reader', { path: `${path}/no-id` })).status).toBe(400);
});

test('more tests in a minute are refused with 429, and nothing is sent', async () => {
  const { post, queued } = world();
  await post();
  await post();
  const refused = await post();
  expect(refused).toMatchObject({
    status: 429,
    headers: { 'Retry-After': '60' },
    body: {
      error: {
        code: 429,
        title: 'Too Many Requests',
        message: expect.stringContaining('in this minute'),
      },
    },
  });
  expect(queued).toHaveLength(2);
});

test.each([
  ['a reader', 'reader', 403],
  ['a monitor', 'monitor', 403],
])('%s may not test an alarm', async (_, role, status) => {
  const { post, counted } = world();
  expect((await post({}, role)).status).toBe(status);
  expect(counted.size).toBe(0);
});

test('an alarm of another project is not found, but administrators test it', async () => {
  const others = { ...alarm, project_id: 'b' };
  expect((await world({ alarm: others }).post()).status).toBe(404);
  expect((await world({ alarm: others }).post({}, 'admin')).status).toBe(202);
});

test.each([
  [{ state: 'broken' }, /state/],
  [{ states: 'ok' }, /states/],
  [[], /Invalid input/],
  ['{', /JSON/i],
])('bad input is refused with the field named, and counts nothing: %#', async (body, named) => {
  const { post, counted } = world();
  expect(await post(body)).toMatchObject({
    status: 400,
    body: { error: { message: expect.stringMatching(named) } },
  });
  expect(counted.size).toBe(0);
});
