/** A test of an alarm on the deployed stack: all receivers get it, marked, and the alarm stays as it is. */
import { expect, test, vi } from 'vitest';
import * as z from 'zod';
import { answers } from '../../scripts/docs/openapi/answers.ts';
import { receiver } from '../adapters/delivery/receiver.ts';
import { subscribe } from '../stack/stack.ts';
import { alarmOf, logins, newAlarm, newName } from './cloud.ts';

const patience = { timeout: 10_000, interval: 50 };
const Test = z.object({
  test: z.object({ id: z.uuid(), webhooks: z.array(z.object({ result: z.string() })) }),
});
const path = '/doctor/v1/alarms/{alarm_id}/test';

test('a webhook and a queue get the marked message, and the alarm and its history stay as they are', async () => {
  const { a, b } = await logins();
  await using hook = await receiver();
  const event_type = newName('switch');
  const body = { name: 'a switch is down', type: 'event', event_rule: { event_type } };
  const alarm = await newAlarm(a, { ...body, alarm_actions: [`${hook.url}/failure`] });
  const before = await alarmOf(a, alarm);
  const queue = await subscribe({ alarm_id: [alarm] });
  // As Doctor makes the policy of the filter `{"test": ["false"]}`.
  const without = await subscribe({ alarm_id: [alarm], test: [{ exists: false }] });

  const own = path.replace('{alarm_id}', alarm);
  const sent = await a.expect('POST', own);
  expect(sent.status).toBe(202);
  expect(answers[`POST ${path}`]?.body?.safeParse(sent.body).error).toBeUndefined();
  const { id } = Test.parse(sent.body).test;

  const [message] = await queue.receive(1);
  expect(message?.body).toMatchObject({
    alarm_id: alarm,
    current: 'alarm',
    test: true,
    event_type,
  });
  expect(message?.attributes).toMatchObject({ test: 'true', current: 'alarm', event_type });
  await vi.waitFor(() => expect(hook.received).toHaveLength(1), patience);
  const [post] = hook.received;
  expect(JSON.parse(post?.body ?? '')).toMatchObject({ alarm_id: alarm, test: true });
  expect(post?.headers['x-doctor-signature']).toMatch(/^t=\d+,v1=[0-9a-f]{64}$/);

  await vi.waitFor(async () => {
    const shown = await a.expect('GET', `${own}/${id}`);
    expect(answers[`GET ${path}/{id}`]?.body?.safeParse(shown.body).error).toBeUndefined();
    expect(Test.parse(shown.body).test.webhooks).toMatchObject([{ result: 'delivered' }]);
  }, patience);
  expect(await alarmOf(a, alarm)).toEqual(before);
  const { body: history } = await a.expect('GET', `/alarming/v2/alarms/${alarm}/history`);
  expect(history).toMatchObject([{ type: 'creation' }]);
  expect((await b.call('POST', own)).status).toBe(404);
  expect((await b.call('GET', `${own}/${id}`)).status).toBe(404);
  expect(await without.receive(0, 0)).toEqual([]);
  await Promise.all([queue.close(), without.close()]);
});
