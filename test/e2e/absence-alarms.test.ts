/** Alarms on events that do not come, on the deployed service with its ticks. */
import { expect, test } from 'vitest';
import { login, subscribe } from '../stack/stack.ts';
import { newName } from './cloud.ts';

test('an alarm fires without an event after its timeout, and keeps the timeout when it is updated', async () => {
  const tenant = await login('tenant-a');
  const inbox = await subscribe({ event_type: ['alarm.timeout'] });
  const event_rule = { event_type: newName('backup'), timeout: 1 };
  const path = '/alarming/v2/alarms';
  const filed = await tenant.expect('POST', path, {
    body: { name: newName('quiet'), type: 'event', state: 'ok', event_rule },
  });
  const made = Object(filed.body);
  expect(made.event_rule).toEqual({ ...event_rule, query: [] });
  // On a stack that has just started the first ticks come within a minute.
  const [received] = await inbox.receive(1, 75_000);
  await inbox.close();
  expect(received?.body).toMatchObject({
    ...{ alarm_id: made.alarm_id, previous: 'ok', current: 'insufficient data' },
    reason: 'timeout',
  });
  const url = `${path}/${made.alarm_id}`;
  const shown = Object((await tenant.expect('GET', url)).body);
  expect(shown).toMatchObject({ state: 'insufficient data', state_reason: 'timeout' });
  const put = await tenant.expect('PUT', url, { body: { ...shown, description: 'changed' } });
  expect(Object(put.body).event_rule).toEqual({ ...event_rule, query: [] });
  await tenant.expect('DELETE', url);
});
