/**
 * Dead letters of the deployed service are listed, sent back and deleted; and the operators'
 * overview.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { answers } from '../../scripts/docs/openapi/answers.ts';
import { output, sqs } from '../stack/stack.ts';
import { type Cloud, logins } from './cloud.ts';

let cloud: Cloud;

beforeAll(async () => {
  cloud = await logins();
});

const Letters = z.object({
  messages: z.array(z.looseObject({ id: z.string(), element: z.unknown() })),
});

/** Waits for the dead letter that contains a text. */
async function letterWith(text: string) {
  for (let tries = 0; tries < 50; tries++) {
    const { body } = await cloud.admin.expect('GET', '/doctor/v1/dead-letters/bulk');
    const found = Letters.parse(body).messages.find(({ element }) =>
      JSON.stringify(element).includes(text),
    );
    if (found) return found;
    await sleep(100);
  }
  throw new Error(`no dead letter with ${text}`);
}

test('a refused event is listed with its reason, cannot be sent back, and is deleted', async () => {
  const { admin, a } = cloud;
  const mark = randomUUID();
  const body = [{ message_id: mark, event_type: 7 }];
  await admin.expect('POST', '/doctor/v1/events', { body });
  const letter = await letterWith(mark);
  expect(letter).toMatchObject({ redrivable: false, reason: expect.any(String) });
  const path = `/doctor/v1/dead-letters/bulk/${letter.id}`;
  const one = await admin.expect('GET', path);
  expect(answers['GET /doctor/v1/dead-letters/{queue}/{id}']?.body?.parse(one.body)).toBeDefined();
  const again = await admin.expect('POST', '/doctor/v1/dead-letters/bulk/redrive', {
    body: { ids: [letter.id] },
  });
  expect(again.body).toMatchObject({ redriven: [], refused: [{ id: letter.id }] });
  expect((await a.call('GET', path)).status).toBe(403);
  await admin.expect('DELETE', path);
  expect((await admin.call('GET', path)).status).toBe(404);
});

test('a dead event is sent back to its queue, and its letter is deleted', async () => {
  const mark = randomUUID();
  const element = {
    ...{ message_id: mark, event_type: 'switch.down', generated: '2026-01-01T00:00:00.000000' },
    ...{ traits: [], accepted_at: '2026-01-01T00:00:00.000Z', stamp: null, fault_id: null },
  };
  await sqs().send(
    new SendMessageCommand({
      QueueUrl: output('BulkDlqUrl'),
      MessageBody: JSON.stringify({ reason: 'given up', element }),
    }),
  );
  const letter = await letterWith(mark);
  expect(letter).toMatchObject({ redrivable: true, source: 'urgent', reason: 'given up' });
  const path = '/doctor/v1/dead-letters/bulk';
  const { body } = await cloud.admin.expect('POST', `${path}/redrive`, {
    body: { ids: [letter.id] },
  });
  expect(body).toMatchObject({ redriven: [letter.id], refused: [], missing: [] });
  expect((await cloud.admin.call('GET', `${path}/${letter.id}`)).status).toBe(404);
});

test('status, rates and queues of dead letters have the documented form', async () => {
  for (const path of ['/status', '/rates', '/dead-letters']) {
    const { body } = await cloud.admin.expect('GET', `/doctor/v1${path}`);
    const read = answers[`GET /doctor/v1${path}`]?.body?.safeParse(body);
    expect(read?.error && z.prettifyError(read.error), path).toBeUndefined();
  }
});
