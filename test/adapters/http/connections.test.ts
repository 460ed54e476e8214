/** Clients of a function that call one host, as all do on the embedded stack, share its connections. */
import { createServer } from 'node:http';
import { ListQueuesCommand } from '@aws-sdk/client-sqs';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test, vi } from 'vitest';
import { makeDynamo, makeSqs } from '../../../adapters/clients.ts';

test.each([
  ['connections of its own', false, 2],
  ['its connections', true, 1],
])(
  'after a call of another client, one with %s (%s) makes %i connections in all',
  async (_, shares, count) => {
    let connections = 0;
    const server = createServer((request, response) => {
      request.resume();
      response.setHeader('Content-Type', 'application/x-amz-json-1.0').end('{}');
    });
    server.on('connection', () => {
      connections += 1;
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${port}`);
    vi.stubEnv('AWS_REGION', 'us-east-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'a');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 's');
    const dynamo = makeDynamo();
    const sqs = shares ? makeSqs(dynamo) : makeSqs();
    try {
      await dynamo.send(new GetCommand({ TableName: 't-1', Key: { id: '1' } }));
      await sqs.send(new ListQueuesCommand());
      expect(connections).toBe(count);
    } finally {
      for (const client of [dynamo, sqs]) client.destroy();
      server.close();
      vi.unstubAllEnvs();
    }
  },
);
