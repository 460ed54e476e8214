/** A test of an alarm is sent as a notification is: webhooks, then the message, then the mark. */
import { expect, test } from 'vitest';
import type { OutboxRow } from '../../domain/alarms/outbox-row.ts';
import { testMessage } from '../../domain/delivery/test-message.ts';
import { sendTest } from '../../flows/send-test.ts';
import { alarmWith } from '../domain/alarms/alarms.ts';
import { id, minute } from '../domain/rows.ts';

const alarm = alarmWith({ alarm_actions: ['https://a.example/'] });
const message = testMessage(alarm, { id: id(7), state: 'alarm', now: minute(5) });
const key = { event_id: id(7), alarm_id: alarm.alarm_id };

/** The steps of sending the test, if the row is `found`. */
async function stepsOf(found: OutboxRow | undefined, refuses = false) {
  const steps: unknown[] = [];
  const sent = sendTest(
    {
      unsentTest: async (asked) => {
        steps.push(asked);
        return found;
      },
      sendWebhooks: async (webhooks) => {
        steps.push(webhooks.map(({ action }) => action));
      },
      sendGroups: async () => expect.unreachable(),
      publish: async (rows) => {
        steps.push('publish');
        return refuses ? [] : rows;
      },
      markDelivered: async (rows) => {
        steps.push(rows.length);
      },
      interrupted: () => {},
    },
    { test: key },
  );
  const failed = await sent.then(
    () => false,
    () => true,
  );
  return { steps, failed };
}

test('the webhooks are queued, the message is published, and the row is marked', async () => {
  expect(await stepsOf(message)).toEqual({
    ...{ steps: [key, ['https://a.example/'], 'publish', 1], failed: false },
  });
});

test('a test that was sent before, or has expired, is not sent', async () => {
  expect(await stepsOf(undefined)).toEqual({ steps: [key], failed: false });
});

test('if the topic refuses it, the queue delivers it again', async () => {
  const { steps, failed } = await stepsOf(message, true);
  expect([steps.at(-2), failed]).toEqual(['publish', true]);
});
