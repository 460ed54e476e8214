/** The function that takes reports is invoked by a schedule, too, so that a process of it is running. */
import { expect, test } from 'vitest';
import { wakeable } from '../../../functions/compute/wake.ts';
import { lambdaContext, proxyEvent } from '../call.ts';

test('an event of the schedule is logged, and reaches no surface', async () => {
  const lines: string[] = [];
  const handler = wakeable(async () => expect.unreachable(), {
    info: (line) => {
      lines.push(String(line));
    },
  });
  expect(await handler({ wake: true }, lambdaContext)).toEqual({ statusCode: 204, body: '' });
  expect(lines).toEqual(['awake']);
});

test('a request is answered by its surface', async () => {
  const answer = { statusCode: 200, body: '{}' };
  const handler = wakeable(async () => answer, { info: () => expect.unreachable() });
  expect(await handler(proxyEvent({ path: '/compute' }), lambdaContext)).toBe(answer);
});
