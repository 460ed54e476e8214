import { expect, test } from 'vitest';
import { compose } from '../../../functions/operations/compose.ts';
import { lambdaContext, proxyEvent } from '../call.ts';
import { emptyStores, now } from './surface.ts';

test('the schedule has the queues sampled, and a request does not', async () => {
  const samples: string[] = [];
  const handler = compose({
    ...emptyStores,
    sampleQueues: async (at) => {
      samples.push(at);
    },
  });
  await handler(proxyEvent({ path: '/doctor/v1/openapi.json' }), lambdaContext);
  expect(samples).toEqual([]);
  await handler({ source: 'aws.events' }, lambdaContext);
  expect(samples).toEqual([now]);
});
