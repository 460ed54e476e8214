/** The end of a silence on the deployed service: what is still in alarm is notified once. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { clientConfig, output, subscribe } from '../stack/stack.ts';
import {
  alarmOf,
  type Cloud,
  eventAlarm,
  expectStatus,
  forceDown,
  logins,
  newAlarm,
  newHost,
  newInstance,
  newName,
  outsideEvent,
  stopped,
} from './cloud.ts';
import { type Inbox, inboxOf } from './inbox.ts';

const path = '/doctor/v1/silences';
const patience = { timeout: 20_000, interval: 100 };
const lambda = new LambdaClient(clientConfig());
let cloud: Cloud;
let inbox: Inbox;

beforeAll(async () => {
  cloud = await logins();
  inbox = inboxOf(await subscribe({ project_id: [cloud.a.projectId] }));
});
afterAll(async () => {
  await inbox?.close();
  lambda.destroy();
});

/** Sweeps, as the schedule does every minute. */
async function sweep(): Promise<void> {
  const FunctionName = output('SweeperFunctionName');
  const Payload = JSON.stringify({ time: new Date().toISOString() });
  const { FunctionError } = await lambda.send(new InvokeCommand({ FunctionName, Payload }));
  expect(FunctionError).toBeUndefined();
}

const Shown = z.object({ silence: z.object({ id: z.string(), status: z.string() }) });
const afterSeconds = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString();

/** Creates a silence of the alarms, or changes the end of the one with the id. */
async function silence(alarm_id: readonly string[], seconds: number, id?: string): Promise<string> {
  const body = { id, matchers: { alarm_id }, ends_at: afterSeconds(seconds), reason: 'planned' };
  return Shown.parse((await cloud.a.expect('POST', path, { body })).body).silence.id;
}

const statusOf = async (id: string) =>
  Shown.parse((await cloud.a.expect('GET', `${path}/${id}`)).body).silence.status;

/** Sends an event of a type from outside, and waits until it is evaluated. */
const happens = (event_type: string) =>
  cloud.admin.expect('POST', '/doctor/v1/events', {
    body: [outsideEvent({ project_id: cloud.a.projectId }, event_type)],
  });

test('of two alarms that fired in a silence, the one that is still in alarm at its end is notified once', async () => {
  const host = await newHost(cloud.admin);
  const server = await newInstance(cloud.admin, { host, project_id: cloud.a.projectId });
  const lasting = await newAlarm(cloud.a, eventAlarm(stopped(server)));
  const [broken, mended] = [newName('broken'), newName('mended')];
  const passing = await newAlarm(cloud.a, {
    name: newName('passing'),
    type: 'event',
    event_rule: { event_type: broken, clear: { event_type: mended } },
  });
  const id = await silence([lasting, passing], 600);
  expectStatus(await forceDown(cloud.admin, host), 200);
  await happens(broken);
  const state = async (alarm: string) => (await alarmOf(cloud.a, alarm)).state;
  await vi.waitFor(async () => expect(await state(lasting)).toBe('alarm'), patience);
  await vi.waitFor(async () => expect(await state(passing)).toBe('alarm'), patience);
  await happens(mended);
  await vi.waitFor(async () => expect(await state(passing)).toBe('ok'), patience);
  await sweep();
  await inbox.look();
  expect([...inbox.of(lasting), ...inbox.of(passing)]).toEqual([]);

  expect(await silence([lasting, passing], 1, id)).toBe(id);
  await vi.waitFor(async () => expect(await statusOf(id)).toBe('expired'), patience);
  // The scheduled sweep may run at the same time, and may already have ended the silence.
  await sweep();
  const [received] = await inbox.until(lasting);
  expect(received?.body).toMatchObject({ current: 'alarm', previous: 'insufficient data' });
  expect(JSON.stringify(received?.body)).not.toContain(host);
  await sweep();
  await inbox.look();
  expect(inbox.of(lasting)).toHaveLength(1);
  expect(inbox.of(passing)).toEqual([]);
});
