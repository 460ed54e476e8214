/**
 * Reports without HTTP: messages that EventBridge and principals of the account put into the queue
 * of reports.
 */
import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { beforeAll, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { DeadLetter } from '../../domain/events/messages.ts';
import { alarmEvent } from '../functions/monitors/alarm-events.ts';
import { output, sqs } from '../stack/stack.ts';
import {
  type Cloud,
  logins,
  newAlarm,
  newHost,
  newName,
  outsideEvent,
  serviceOf,
} from './cloud.ts';

let cloud: Cloud;
beforeAll(async () => {
  cloud = await logins();
});

const send = (body: unknown) =>
  sqs().send(
    new SendMessageCommand({
      QueueUrl: output('ReportQueueUrl'),
      MessageBody: JSON.stringify(body),
    }),
  );
const soon = { timeout: 20_000, interval: 200 };
const until = (assertion: () => Promise<void>) => vi.waitFor(assertion, soon);
const isDown = async (host: string) => (await serviceOf(cloud.admin, host)).forced_down;

test('a CloudWatch alarm holds its host down until it is OK; an older alarm that arrives late does not', async () => {
  const host = await newHost(cloud.admin);
  const arn = `arn:aws:cloudwatch:us-east-1:123456789012:alarm:doctor-${host}`;
  const alarm = (value: string, second: number) =>
    send(
      alarmEvent({
        ...{ value, arn, description: `host=${host}` },
        timestamp: `2026-11-26T17:00:0${second}.000+0000`,
      }),
    );
  await alarm('ALARM', 1);
  await until(async () => expect(await isDown(host)).toBe(true));
  await alarm('OK', 3);
  await until(async () => expect(await isDown(host)).toBe(false));
  await alarm('ALARM', 2);
  // When a later message has been handled, the one before has been handled too.
  await send({ heartbeats: [host] });
  await until(async () => expect(await heartbeat(host)).not.toBeNull());
  expect(await isDown(host)).toBe(false);
});

const Host = z.object({ host: z.object({ last_seen_up: z.string().nullable() }) });

async function heartbeat(host: string): Promise<string | null> {
  const { body } = await cloud.admin.expect('GET', `/doctor/v1/hosts/${host}`);
  return Host.parse(body).host.last_seen_up;
}

test('an event of OPNFV Doctor reports a host, and events of Ceilometer fire alarms', async () => {
  const host = await newHost(cloud.admin);
  await send({
    event: { type: 'compute.host.down', details: { hostname: host, status: 'down' } },
    source: 'bulk',
  });
  await until(async () => expect(await isDown(host)).toBe(true));

  const instance_id = newName('vm');
  const alarm = await newAlarm(cloud.a, {
    ...{ name: newName('alarm'), type: 'event' },
    event_rule: {
      event_type: '*',
      query: [{ field: 'traits.instance_id', op: 'eq', type: 'string', value: instance_id }],
    },
  });
  await send([outsideEvent({ project_id: cloud.a.projectId, instance_id, state: 'error' })]);
  await until(async () => {
    const { body } = await cloud.a.expect('GET', `/alarming/v2/alarms/${alarm}/state`);
    expect(body).toBe('alarm');
  });
});

test('a message of no known form is a dead letter with the reason', async () => {
  const unknown = newName('unknown');
  await send({ hello: unknown });
  await until(async () => {
    const { Messages = [] } = await sqs().send(
      new ReceiveMessageCommand({
        ...{ QueueUrl: output('ReportDlqUrl'), MaxNumberOfMessages: 10, VisibilityTimeout: 1 },
      }),
    );
    const letters = Messages.map(({ Body = '' }) => DeadLetter.parse(JSON.parse(Body)));
    const own = letters.find(({ element }) => String(element).includes(unknown));
    expect(own?.reason).toMatch(/neither an alarm state change/);
  });
});
