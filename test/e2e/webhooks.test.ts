import { createHmac } from 'node:crypto';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { WebhookOutcome } from '../../domain/delivery/webhook.ts';
import { answering, type Receiver, receiver, silent } from '../adapters/delivery/receiver.ts';
import { dynamodb, output, sqs } from '../stack/stack.ts';
import { type Cloud, expectStatus, logins, newAlarm, newName, outsideEvent } from './cloud.ts';

const queues = sqs();
let cloud: Cloud;

beforeAll(async () => {
  cloud = await logins();
});

const patience = { timeout: 20_000, interval: 20 };

/** Creates an alarm of tenant-a with these actions on a new type of event, and sends one such event. */
async function alarmed(alarm_actions: readonly string[], more: Record<string, unknown> = {}) {
  const event_type = newName('switch');
  const body = { name: 'Süd', type: 'event', event_rule: { event_type }, alarm_actions, ...more };
  const alarm_id = await newAlarm(cloud.a, body);
  const traits = { project_id: cloud.a.projectId, state: 'error', host: 'compute-1' };
  return { alarm_id, event: outsideEvent(traits, event_type) };
}

const raise = (event: unknown) =>
  cloud.admin.expect('POST', '/doctor/v1/events', { body: [event] });

const Row = z.object({ webhooks: z.record(z.string(), WebhookOutcome) });

/** The outcomes of webhooks in the firing's row, by the shown action. */
async function outcomes(event_id: string, alarm_id: string) {
  const { Item } = await dynamodb().send(
    new GetCommand({ TableName: output('HistoryTable'), Key: { event_id, alarm_id } }),
  );
  const { webhooks } = Row.parse(Item);
  return new Map(Object.values(webhooks).map((outcome) => [outcome.action, outcome]));
}

const Key = z.object({ project_id: z.string(), key: z.string() });
const Signature = /^t=(\d+),v1=([0-9a-f]{64})$/;

describe('webhooks', () => {
  test('an action gets one post, as from Aodh, and the project can verify the sender', async () => {
    await using good = await receiver();
    const { alarm_id, event } = await alarmed([`${good.url}/failure?from=doctor`]);
    await raise(event);
    await vi.waitFor(() => expect(good.received).toHaveLength(1), patience);
    const [received] = good.received;
    expect(received).toMatchObject({
      method: 'POST',
      path: '/failure?from=doctor',
      headers: {
        'content-type': 'application/json',
        'x-openstack-request-id': expect.stringMatching(/^req-[0-9a-f-]{36}$/),
      },
    });
    expect(JSON.parse(received?.body ?? '')).toEqual({
      alarm_name: 'Süd',
      alarm_id,
      severity: 'low',
      previous: 'insufficient data',
      current: 'alarm',
      reason: expect.stringContaining(event.message_id),
      reason_data: {
        type: 'event',
        event: {
          message_id: event.message_id,
          event_type: event.event_type,
          generated: event.generated,
          traits: [
            ['project_id', 1, cloud.a.projectId],
            ['state', 1, 'error'],
          ],
          raw: {},
        },
      },
    });
    const { key } = Key.parse((await cloud.a.expect('GET', '/doctor/v1/webhook-key')).body);
    const sent = Signature.exec(String(received?.headers['x-doctor-signature'])) ?? [];
    const mac = createHmac('sha256', key).update(`${sent[1]}.${received?.body}`).digest('hex');
    expect(sent[2]).toBe(mac);
    await vi.waitFor(async () => {
      const recorded = await outcomes(event.message_id, alarm_id);
      expect(recorded.get(`${good.url}/failure`)).toMatchObject({
        result: 'delivered',
        attempts: 1,
      });
    }, patience);
    expect(good.received).toHaveLength(1);
    const { body } = await cloud.a.expect('GET', `/alarming/v2/alarms/${alarm_id}/history`);
    const records = z.array(z.looseObject({ type: z.string() })).parse(body);
    expect(records.find(({ type }) => type === 'state transition')).toMatchObject({
      webhooks: [{ action: `${good.url}/failure`, result: 'delivered', attempts: 1, status: 200 }],
    });
  });

  test('receivers that are dead, hang or fail do not delay seven others', async () => {
    await using hung = await receiver(silent);
    await using failing = await receiver(answering(500));
    const dead = await receiver();
    await dead[Symbol.asyncDispose]();
    const good: Receiver[] = await Promise.all(Array.from({ length: 7 }, () => receiver()));
    const urls = [hung, failing, dead, ...good].map(({ url }) => `${url}/`);
    const { alarm_id, event } = await alarmed(urls);
    await raise(event);
    await vi.waitFor(() => {
      for (const { received } of good) expect(received).toHaveLength(1);
    }, patience);
    // The receiver that hangs has got its webhook, and the timeout has not passed: no other webhook
    // has waited for it.
    await vi.waitFor(() => expect(hung.received).toHaveLength(1), patience);
    expect((await outcomes(event.message_id, alarm_id)).has(`${hung.url}/`)).toBe(false);
    await vi.waitFor(async () => {
      const recorded = await outcomes(event.message_id, alarm_id);
      for (const { url } of good) {
        expect(recorded.get(`${url}/`)).toMatchObject({ result: 'delivered', attempts: 1 });
      }
      expect(recorded.get(`${failing.url}/`)).toMatchObject({ result: 'retrying', status: 500 });
      expect(recorded.get(`${dead.url}/`)).toMatchObject({ reason: 'no answer: ECONNREFUSED' });
      expect(recorded.get(`${hung.url}/`)).toMatchObject({ reason: 'no answer within 5 s' });
    }, patience);
    // During the retries to the slow receiver, first attempts to it do not delay other webhooks
    // either.
    const next = await alarmed([`${hung.url}/`, `${good[0]?.url}/`]);
    await raise(next.event);
    await vi.waitFor(() => expect(good[0]?.received).toHaveLength(2), patience);
    await Promise.all(good.map((each) => each[Symbol.asyncDispose]()));
  });

  test('a failed post is repeated with the same ids and body until it is accepted', async () => {
    await using flaky = await receiver((response, nth) => {
      response.writeHead(nth < 3 ? 503 : 204).end();
    });
    const { alarm_id, event } = await alarmed([`${flaky.url}/`]);
    await raise(event);
    await vi.waitFor(async () => {
      const recorded = await outcomes(event.message_id, alarm_id);
      expect(recorded.get(`${flaky.url}/`)).toMatchObject({
        ...{ result: 'delivered', attempts: 3, status: 204, reason: '' },
      });
    }, patience);
    const ids = new Set(flaky.received.map(({ headers }) => headers['x-openstack-request-id']));
    expect(flaky.received).toHaveLength(3);
    expect(ids.size).toBe(1);
    expect(new Set(flaky.received.map(({ body }) => body)).size).toBe(1);
  });

  test('a webhook to an address that is neither public nor allowed is given up, with the reason', async () => {
    const actions = ['http://169.254.169.254/latest', 'http://10.0.0.1/', 'http://[fd00::1]/'];
    const { alarm_id, event } = await alarmed(actions);
    await raise(event);
    await vi.waitFor(async () => {
      const recorded = await outcomes(event.message_id, alarm_id);
      expect([...recorded.keys()].sort()).toEqual(actions.sort());
      for (const outcome of recorded.values()) {
        expect(outcome).toMatchObject({
          ...{ result: 'given up', attempts: 1, reason: 'its address is not a public one' },
        });
      }
    }, patience);
    const letters: string[] = [];
    await vi.waitFor(async () => {
      const { Messages = [] } = await queues.send(
        new ReceiveMessageCommand({
          QueueUrl: output('WebhookDlqUrl'),
          MaxNumberOfMessages: 10,
          VisibilityTimeout: 2,
        }),
      );
      letters.push(
        ...Messages.map(({ Body = '' }) => Body).filter((text) => text.includes(alarm_id)),
      );
      expect(new Set(letters).size).toBeGreaterThanOrEqual(1);
    }, patience);
    expect(JSON.parse(letters[0] ?? '')).toMatchObject({
      reason: 'given up after 1 of 12 tries: its address is not a public one',
      element: { action: expect.any(String), attempts: 1, body: { alarm_id } },
    });
  });

  test('a project reads its own key, an administrator that of any project', async () => {
    const path = '/doctor/v1/webhook-key';
    const of = async (who: keyof Cloud, query = '') =>
      Key.parse((await cloud[who].expect('GET', `${path}${query}`)).body);
    const own = await of('a');
    expect(own.project_id).toBe(cloud.a.projectId);
    expect((await of('b')).key).not.toBe(own.key);
    expect(await of('admin', `?project_id=${cloud.a.projectId}`)).toEqual(own);
    expect((await of('admin', '?project_id=')).project_id).toBe('');
    for (const query of [`?project_id=${cloud.a.projectId}`, '?project_id=']) {
      expectStatus(await cloud.b.call('GET', `${path}${query}`), 403);
    }
    expectStatus(await cloud.b.call('GET', `${path}?project=x`), 400);
  });

  test('when an alarm is deleted, a webhook that was not accepted gets no further attempt', async () => {
    await using failing = await receiver((response) => {
      response.writeHead(500).end();
    });
    const { alarm_id, event } = await alarmed([`${failing.url}/`]);
    await raise(event);
    await vi.waitFor(() => expect(failing.received).toHaveLength(1), patience);
    await cloud.a.expect('DELETE', `/alarming/v2/alarms/${alarm_id}`);
    await vi.waitFor(async () => {
      const recorded = (await outcomes(event.message_id, alarm_id)).get(`${failing.url}/`);
      expect(recorded).toMatchObject({ result: 'dropped', reason: 'its alarm was deleted' });
      expect(failing.received).toHaveLength(recorded?.attempts ?? 0);
    }, patience);
  });
});
