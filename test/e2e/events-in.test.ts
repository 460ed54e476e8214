import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { wideAtOnce } from '../../domain/alarms/alarm-share.ts';
import { DeadLetter } from '../../domain/events/messages.ts';
import { readAccount } from '../../scripts/stack/accounts.ts';
import { request } from '../../scripts/stack/api.ts';
import { type Answer, apiUrl, output, sqs, subscribe } from '../stack/stack.ts';
import { type Cloud, expectStatus, logins, newAlarm, newName, outsideEvent } from './cloud.ts';
import { refusals } from './dialects.ts';
import { type Inbox, inboxOf, untilTime } from './inbox.ts';

let cloud: Cloud;
let inbox: Inbox;

beforeAll(async () => {
  cloud = await logins();
  inbox = inboxOf(await subscribe({ project_id: [cloud.a.projectId] }));
});

afterAll(() => inbox?.close());

const path = '/doctor/v1/events';
const post = (body: unknown): Promise<Answer> => cloud.admin.call('POST', path, { body });

const basic = (username: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
});
const asUser = (who: 'admin' | 'tenant-a') => {
  const { username, password } = readAccount(who);
  return basic(username, password);
};

/** An alarm of tenant A on a new instance, notified of each matching event. */
async function alarmed(event_type = 'compute.instance.update') {
  const id = randomUUID();
  const alarm_id = await newAlarm(cloud.a, {
    ...{ name: newName('alarm'), type: 'event', repeat_actions: true },
    event_rule: {
      event_type,
      query: [{ field: 'traits.instance_id', op: 'eq', type: 'string', value: id }],
    },
  });
  const traits = { project_id: cloud.a.projectId, tenant_id: cloud.a.projectId, instance_id: id };
  return { id, alarm_id, traits, event: () => outsideEvent({ ...traits, state: 'error' }) };
}

const NotificationBody = z.object({
  reason_data: z.object({ event: z.object({ message_id: z.string() }) }),
});

const folder = join(import.meta.dirname, '../../events/ceilometer');
const recorded = ['instance-update.json', 'port-update.json', 'on-the-bus.json'];

/** A recorded body, of another instance in another project, under another id. */
const playedFor = (file: string, instance: string): string =>
  readFileSync(join(folder, file), 'utf8')
    .replaceAll('b0a1c2d3e4f5061728394a5b6c7d8e9f', cloud.a.projectId)
    .replaceAll('0f1e2d3c-4b5a-4697-8877-665544332211', instance)
    .replace(/"message_id": "[^"]*"/, `"message_id": "${randomUUID()}"`);

describe('a request of Ceilometer', () => {
  test.each(recorded)('%s is taken with a token, and its tenant is notified', async (file) => {
    const { id, alarm_id } = await alarmed('*');
    const answer = await post(playedFor(file, id));
    expectStatus(answer, 202);
    expect(answer.body).toEqual({ accepted: 1, refused: 0 });
    const [message] = await inbox.until(alarm_id);
    expect(message?.body).toMatchObject({ project_id: cloud.a.projectId, fault_id: null });
    const received = JSON.stringify(message?.body);
    for (const secret of ['compute-1', 'controller-0', 'req-', 'message_signature', '"host"']) {
      expect(received).not.toContain(secret);
    }
  });

  test.each(recorded)('%s is taken with HTTP Basic, and its tenant is notified', async (file) => {
    const { id, alarm_id } = await alarmed('*');
    const answer = await request(`${apiUrl()}${path}?ignored=1`, 'POST', {
      ...{ body: playedFor(file, id), headers: asUser('admin') },
    });
    expectStatus(answer, 202);
    expect(await inbox.until(alarm_id)).toHaveLength(1);
  });

  test('one event by itself is taken as a list of one', async () => {
    const { alarm_id, event } = await alarmed();
    expect((await post(event())).body).toEqual({ accepted: 1, refused: 0 });
    await inbox.until(alarm_id);
  });

  test('failures and all other events are notified, from every queue', async () => {
    const { alarm_id, event, traits } = await alarmed();
    const [failure, change] = [event(), outsideEvent({ ...traits, state: 'active' })];
    expectStatus(await post([change, failure]), 202);
    const messages = await inbox.until(alarm_id, 2);
    const ids = messages.map(
      ({ body }) => NotificationBody.parse(body).reason_data.event.message_id,
    );
    expect(ids.sort()).toEqual([failure.message_id, change.message_id].sort());
  });

  test('many alarms of a whole project are each notified once', async () => {
    const event_type = newName('switch');
    const alarms = await Promise.all(
      Array.from({ length: 2 * wideAtOnce }, () =>
        newAlarm(cloud.a, { name: newName('alarm'), type: 'event', event_rule: { event_type } }),
      ),
    );
    expectStatus(await post(outsideEvent({ project_id: cloud.a.projectId }, event_type)), 202);
    for (const alarm_id of alarms) await inbox.until(alarm_id);
    for (const alarm_id of alarms) expect(inbox.of(alarm_id)).toHaveLength(1);
  });

  test('an empty list is taken', async () => {
    const answer = await post([]);
    expectStatus(answer, 202);
    expect(answer.body).toEqual({ accepted: 0, refused: 0 });
  });
});

/** Dead letters that mention a text, taken from their queue; the others stay. */
async function deadLetters(text: string, count: number): Promise<DeadLetter[]> {
  const client = sqs();
  const QueueUrl = output('BulkDlqUrl');
  const found: DeadLetter[] = [];
  const deadline = Date.now() + 10_000;
  while (found.length < count && Date.now() < deadline) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        ...{ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1, VisibilityTimeout: 5 },
      }),
    );
    for (const { Body = '', ReceiptHandle } of Messages.filter(({ Body }) =>
      Body?.includes(text),
    )) {
      found.push(DeadLetter.parse(JSON.parse(Body)));
      await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
  }
  client.destroy();
  return found;
}

describe('a list', () => {
  test('with bad elements is accepted: those are dead-lettered with their reasons, the others notified', async () => {
    const { alarm_id, event } = await alarmed();
    const mark = newName('bad');
    const good = [event(), event()];
    const bad = [
      { note: mark },
      { ...event(), event_type: 7, note: mark },
      { ...event(), message_id: `${mark}\u0000` },
      { ...event(), traits: [['state', 1]], note: mark },
      { ...event(), traits: 'none', note: mark },
      { ...outsideEvent({ project_id: mark, text: 'x'.repeat(70_000) }) },
      [mark],
      mark,
    ];
    const notEvents = [null, 7, true, []];
    const answer = await post([...bad, good[0], ...notEvents, good[1]]);
    expectStatus(answer, 202);
    expect(answer.body).toEqual({ accepted: 2, refused: bad.length + notEvents.length });
    expect(await inbox.until(alarm_id, 2)).toHaveLength(2);
    const letters = await deadLetters(mark, bad.length);
    expect(letters).toHaveLength(bad.length);
    const reasons = letters.map(({ reason }) => reason);
    for (const part of ['message_id', 'event_type', 'traits', '65536', 'control characters']) {
      expect(reasons).toContainEqual(expect.stringContaining(part));
    }
  });

  test('with an element that is nested too deeply is accepted too, and the element is dead-lettered', async () => {
    const { alarm_id, event } = await alarmed();
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    const answer = await post(`[${deep},${JSON.stringify(event())},{"traits":${deep}}]`);
    expectStatus(answer, 202);
    expect(answer.body).toEqual({ accepted: 1, refused: 2 });
    await inbox.until(alarm_id);
  });

  test('of 5,000 events is taken whole, and its last one is notified', async () => {
    const { alarm_id, event } = await alarmed();
    const filler = Array.from({ length: 4_999 }, () =>
      outsideEvent({ project_id: 'unknown', instance_id: 'none', text: 'x'.repeat(600) }),
    );
    const body = JSON.stringify([...filler, event()]);
    expect(body.length).toBeGreaterThan(4_000_000);
    const answer = await post(body);
    expectStatus(answer, 202);
    expect(answer.body).toEqual({ accepted: 5_000, refused: 0 });
    expect(await inbox.until(alarm_id)).toHaveLength(1);
  });
});

test('an event that is sent again with the same id is evaluated once', async () => {
  const { alarm_id, event } = await alarmed();
  const again = event();
  await post([again, again]);
  const taken = Date.now();
  await inbox.until(alarm_id);
  await post([again]);
  const marker = event();
  await post([marker]);
  await inbox.until(alarm_id, 2);
  await untilTime(taken + 6_500); // the safe lane's copies
  await inbox.look();
  const ids = inbox.of(alarm_id).map(({ body }) => Object(body.reason_data).event.message_id);
  expect(ids.sort()).toEqual([again.message_id, marker.message_id].sort());
});

describe('the sender of events', () => {
  test.each([
    { what: 'a wrong password', headers: basic('admin', 'wrong') },
    { what: 'an unknown user', headers: basic('unknown', 'secret') },
    { what: 'no password', headers: { authorization: 'Basic YWRtaW4=' } },
    { what: 'no Base64', headers: { authorization: 'Basic ???' } },
    { what: 'another scheme', headers: { authorization: 'Bearer token' } },
    { what: 'a bad token beside it', headers: { 'x-auth-token': 'bad', ...asUser('admin') } },
  ])('is refused with $what', async ({ headers }) => {
    const answer = await request(`${apiUrl()}${path}`, 'POST', { body: [], headers });
    expectStatus(answer, 401);
    expect(answer.body).toEqual(refusals.doctor(401));
    expect(answer.headers.get('www-authenticate')).toBe(
      `Keystone uri="${apiUrl()}/identity", Basic realm="doctor", charset="UTF-8"`,
    );
  });

  test('is refused as a member of a project', async () => {
    const withToken = await cloud.a.call('POST', path, { body: [] });
    const withBasic = await request(`${apiUrl()}${path}`, 'POST', {
      ...{ body: [], headers: asUser('tenant-a') },
    });
    for (const answer of [withToken, withBasic]) {
      expectStatus(answer, 403);
      expect(answer.body).toEqual(refusals.doctor(403));
    }
  });

  test.each([
    ['GET', '/compute/v2.1/servers'],
    ['PUT', '/compute/v2.1/os-services/force-down'],
    ['GET', '/alarming/v2/alarms'],
    ['POST', '/alarming/v2/alarms'],
    ['PUT', '/doctor/v1/hosts/h'],
    ['PUT', '/doctor/v1/users/u'],
    ['GET', '/identity/v3/auth/tokens'],
  ])('cannot log in with HTTP Basic for %s %s', async (method, elsewhere) => {
    const answer = await request(`${apiUrl()}${elsewhere}`, method, { headers: asUser('admin') });
    expectStatus(answer, 401);
    expect(answer.body).toEqual(refusals.identity(401));
  });
});

test.each(['null', '7', '"text"', 'true', '{', '[', '[1,]'])('a body %s is a 400', async (body) => {
  const answer = await post(body);
  expectStatus(answer, 400);
  expect(answer.body).toEqual(refusals.doctor(400));
});
