/**
 * Surfaces whose senders repeat a request after a 503. They answer in time, and do nothing after
 * the answer.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { makeDynamo } from '../../../adapters/clients.ts';
import { ignored } from '../../../adapters/http/readers.ts';
import { type Route, route } from '../../../adapters/http/route.ts';
import { createSurface } from '../../../adapters/http/surface.ts';
import { noAttemptAfterEnd } from '../../../adapters/permit.ts';
import { DomainError } from '../../../domain/errors.ts';
import { call, quiet } from '../../functions/call.ts';

const routeOf = (work: () => Promise<unknown>): Route =>
  route({
    ...{ method: 'POST', path: '/reports', query: ignored, body: ignored },
    handle: async () => {
      await work();
      return { status: 200, body: {} };
    },
  });

/** The answer of a surface with one route, whose handler is given. */
const answerAfter = (work: () => Promise<unknown>, unavailableAfterMs?: number) =>
  call(
    createSurface({
      ...{ dialect: 'doctor', prefix: '/doctor', publicUrl: '', logger: quiet },
      ...(unavailableAfterMs !== undefined && { unavailableAfterMs }),
      authenticate: async () => ({ user_id: 'm', user_name: 'm', project_id: 'p', roles: [] }),
      routes: [routeOf(work)],
    }),
    { method: 'POST', path: '/doctor/reports', headers: { 'X-Auth-Token': 'm' } },
  );

test('work that takes too long is a 503, after which the sender sends again', async () => {
  const { promise: never } = Promise.withResolvers<void>();
  expect(await answerAfter(() => never, 5)).toMatchObject({
    status: 503,
    headers: { 'Retry-After': '1' },
    body: { error: { code: 503, title: 'Service Unavailable' } },
  });
});

test('work that ends in time is answered, also with an error', async () => {
  expect((await answerAfter(async () => undefined, 60_000)).status).toBe(200);
  const refused = async () => {
    throw new DomainError('invalid', 'name: It is missing.');
  };
  expect((await answerAfter(refused, 60_000)).status).toBe(400);
});

test('an error of the store is a 503 there, and a 500 elsewhere', async () => {
  const out = async () => {
    throw new Error('throttled: table x');
  };
  const answer = await answerAfter(out, 60_000);
  expect(answer).toMatchObject({ status: 503, headers: { 'Retry-After': '1' } });
  expect(JSON.stringify(answer.body)).not.toContain('table');
  expect((await answerAfter(out)).status).toBe(500);
});

test('after the answer, nothing is read or written any more', async () => {
  const dynamo = makeDynamo();
  const sent: string[] = [];
  dynamo.middlewareStack.add(
    (_, { commandName = '' }) =>
      async () => {
        sent.push(commandName);
        throw new Error('sent');
      },
    { step: 'initialize', priority: 'low' },
  );
  const { promise: answered, resolve: goOn } = Promise.withResolvers<void>();
  const { promise: outcome, resolve: done } = Promise.withResolvers<unknown>();
  const get = () => dynamo.send(new GetCommand({ TableName: 't', Key: { id: '1' } }));
  const work = async () => {
    const before = await Promise.allSettled([get()]);
    await answered;
    const put = dynamo.send(new PutCommand({ TableName: 't', Item: { id: '1' } }));
    const calls = [...before, ...(await Promise.allSettled([get(), put]))];
    done(calls.map((each) => each.status === 'rejected' && each.reason.message));
  };
  expect((await answerAfter(work, 5)).status).toBe(503);
  goOn();
  const late = expect.stringContaining('took too long');
  expect(await outcome).toEqual(['sent', late, late]);
  expect(sent).toEqual(['GetItemCommand']);
  dynamo.destroy();
});

test('a call under way is not attempted again after the answer', async () => {
  let attempts = 0;
  const dynamo = DynamoDBDocumentClient.from(
    new DynamoDBClient({
      ...{ region: 'us-east-1', maxAttempts: 4 },
      credentials: { accessKeyId: 'a', secretAccessKey: 's' },
      requestHandler: {
        handle: async () => {
          attempts += 1;
          await answered;
          throw Object.assign(new Error('reset'), { name: 'TimeoutError' });
        },
      },
    }),
  );
  dynamo.middlewareStack.add(noAttemptAfterEnd, { step: 'finalizeRequest', priority: 'low' });
  const { promise: answered, resolve: goOn } = Promise.withResolvers<void>();
  const { promise: ended, resolve: done } = Promise.withResolvers<unknown>();
  const work = () => dynamo.send(new PutCommand({ TableName: 't', Item: { id: '1' } })).catch(done);
  expect((await answerAfter(work, 30)).status).toBe(503);
  goOn();
  expect(await ended).toMatchObject({ code: 'unavailable' });
  await sleep(0);
  expect(attempts).toBe(1);
  dynamo.destroy();
});
