/**
 * A request may read while its caller's token is being checked. It changes nothing, and is not
 * answered, before the check has ended.
 */
import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { PublishCommand } from '@aws-sdk/client-sns';
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import {
  BatchGetCommand,
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { makeDynamo, makeSecrets, makeSqs } from '../../../adapters/clients.ts';
import { makeAuthenticate } from '../../../adapters/http/authenticate.ts';
import { ignored } from '../../../adapters/http/readers.ts';
import { route } from '../../../adapters/http/route.ts';
import { createSurface } from '../../../adapters/http/surface.ts';
import { makeSessions } from '../../../adapters/identity/sessions.ts';
import { permitted, underPermit } from '../../../adapters/permit.ts';
import { makeSns } from '../../../adapters/sns.ts';
import { DomainError } from '../../../domain/errors.ts';
import { accountOf, grantFor } from '../../../domain/identity/identity.ts';
import type { TokenFacts } from '../../../domain/identity/validity.ts';
import { call, quiet } from '../../functions/call.ts';

const alice = accountOf('alice', [{ name: 'tenant-a', roles: ['member'] }]);
const grant = grantFor({ account: alice, scope: { kind: 'default' }, audit_id: 'a', now: 0 });

/** A surface whose check of the token ends when the test allows it. */
function slowCheck() {
  const log: string[] = [];
  const { promise: facts, resolve, reject } = Promise.withResolvers<TokenFacts>();
  const { promise: hasRead, resolve: noteRead } = Promise.withResolvers<void>();
  const sessions = makeSessions(
    { verify: async (token) => (token === 'good' ? grant : undefined) },
    { factsOf: () => facts },
  );
  const handle = async ({ params }: { readonly params: Readonly<Record<string, string>> }) => {
    log.push('read');
    noteRead();
    if (params.id === 'unknown') throw new DomainError('not_found', 'There is none.');
    await permitted();
    log.push('write');
    return { status: 200, body: {} };
  };
  const surface = createSurface({
    ...{ dialect: 'doctor', prefix: '/doctor', publicUrl: '', logger: quiet },
    authenticate: makeAuthenticate(sessions),
    routes: [route({ method: 'PUT', path: '/:id', query: ignored, body: ignored, handle })],
  });
  const ask = (id: string, token = 'good') =>
    call(surface, { method: 'PUT', path: `/doctor/${id}`, headers: { 'X-Auth-Token': token } });
  return { log, ask, hasRead, resolve, reject };
}

test('a route reads while its token is checked, and writes after that', async () => {
  const { log, ask, hasRead, resolve } = slowCheck();
  const answer = ask('known');
  await hasRead;
  expect(log).toEqual(['read']);
  resolve({ revoked: false });
  expect((await answer).status).toBe(200);
  expect(log).toEqual(['read', 'write']);
});

test.each(['known', 'unknown'])(
  'a token that was revoked gets the same 401, and no write, for something %s',
  async (id) => {
    const { log, ask, hasRead, resolve } = slowCheck();
    const answer = ask(id);
    await hasRead;
    resolve({ revoked: true });
    expect(await answer).toMatchObject({ status: 401, body: { error: { code: 401 } } });
    expect(log).toEqual(['read']);
  },
);

test('a check that fails is a 500, and nothing is written', async () => {
  const { log, ask, reject } = slowCheck();
  reject(new Error('the table is out'));
  expect((await ask('known')).status).toBe(500);
  expect(log).not.toContain('write');
});

test('a token with a wrong signature reads nothing', async () => {
  const { log, ask } = slowCheck();
  expect((await ask('known', 'forged')).status).toBe(401);
  expect(log).toEqual([]);
});

test('a check outside of a request is waited for', async () => {
  const sessions = { open: async () => ({ grant, session: async () => undefined }) };
  const authenticate = makeAuthenticate({ verify: async () => undefined, ...sessions });
  const asked = { basic: false, dialect: 'doctor', method: 'GET', path: '/', address: '' } as const;
  await expect(authenticate({ 'x-auth-token': 'good' }, asked)).rejects.toMatchObject({
    code: 'unauthenticated',
  });
});

test('every client holds what changes something, and lets reads pass', async () => {
  const [dynamo, sqs, sns, secrets] = [makeDynamo(), makeSqs(), makeSns(), makeSecrets()];
  const reached: (string | undefined)[] = [];
  const clients = [dynamo, sqs, sns, secrets];
  /** Ends each call at the point where it would be sent. */
  const end =
    (_: unknown, { commandName }: { commandName?: string }) =>
    async () => {
      reached.push(commandName);
      throw new Error('reached');
    };
  const last = { step: 'initialize', priority: 'low' } as const;
  dynamo.middlewareStack.add(end, last);
  sqs.middlewareStack.add(end, last);
  sns.middlewareStack.add(end, last);
  secrets.middlewareStack.add(end, last);
  const key = { TableName: 't', Key: { id: '1' } };
  const calls = () => [
    dynamo.send(new GetCommand(key)),
    dynamo.send(new QueryCommand({ TableName: 't' })),
    dynamo.send(new BatchGetCommand({ RequestItems: { t: { Keys: [{ id: '1' }] } } })),
    dynamo.send(new PutCommand({ TableName: 't', Item: { id: '1' } })),
    dynamo.send(new UpdateCommand(key)),
    dynamo.send(new DeleteCommand(key)),
    dynamo.send(new TransactWriteCommand({ TransactItems: [] })),
    sqs.send(new SendMessageBatchCommand({ QueueUrl: 'q', Entries: [] })),
    sns.send(new PublishCommand({ Message: 'm' })),
    secrets.send(new PutSecretValueCommand({ SecretId: 's' })),
  ];
  const refusing = makeAuthenticate({
    verify: async () => undefined,
    open: async () => ({ grant, session: async () => undefined }),
  });
  const asked = { basic: false, dialect: 'doctor', method: 'GET', path: '/', address: '' } as const;
  const ends = await underPermit(async () => {
    await refusing({ 'x-auth-token': 'good' }, asked);
    return Promise.allSettled(calls());
  });
  expect(reached).toEqual(['GetItemCommand', 'QueryCommand', 'BatchGetItemCommand']);
  expect(ends.slice(3).map((end) => end.status === 'rejected' && end.reason.code)).toEqual(
    Array.from({ length: 7 }, () => 'unauthenticated'),
  );
  for (const client of clients) client.destroy();
});
