/** Dead-letter queues that some deployments do not have, and the URLs of the others. */
import { SQSClient } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { deadLetterStore } from '../../../adapters/delivery/dead-letter-store.ts';
import { queueUrls } from '../../../adapters/env.ts';

test('a queue that the deployment does not have is not found, and nothing is asked of SQS', async () => {
  const store = deadLetterStore(new SQSClient({ region: 'eu-west-1' }), { dead: {}, work: {} });
  await expect(store.hold('cloud', 1)).rejects.toMatchObject({ code: 'not_found' });
});

test('the first queue has a URL, and the others are beside it', () => {
  const url = 'http://localhost:4566/000000000000/Doctor-A';
  expect(queueUrls.parse(`events=${url},bulk=Doctor-B`)).toEqual({
    events: url,
    bulk: 'http://localhost:4566/000000000000/Doctor-B',
  });
});
