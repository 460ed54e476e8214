/** The schedule and the queue of the mirror. */
import { expect, test } from 'vitest';
import type { CloudJobName, DelayedJob } from '../../../domain/mirror/cloud-job.ts';
import { cloudMirror } from '../../../functions/cloud-mirror/handler.ts';
import { minute } from '../../domain/rows.ts';
import { lambdaContext } from '../call.ts';
import { logbook, queued } from './lambda.ts';

function mirror() {
  const ran: CloudJobName[] = [];
  const sent: DelayedJob[] = [];
  const returned: string[] = [];
  const log = logbook();
  const handler = cloudMirror({
    noteReturned: async (host) => {
      returned.push(host);
      return host !== 'one-too-many';
    },
    runJob: async (job) => {
      ran.push(job);
      return 'done';
    },
    sendJobs: async (jobs) => {
      sent.push(...jobs);
    },
    now: () => minute(10),
    log: log.log,
  });
  return { ran, sent, returned, log, handler };
}

test('a minute has six looks at services, two at changes, six pieces of a walk, one look at returned hosts, each in its second', async () => {
  const { sent, handler } = mirror();
  const event = {
    ...{ id: '', version: '0', account: '', time: '', region: '', resources: [], source: '' },
    ...{ 'detail-type': 'Scheduled Event' as const, detail: {} },
  };
  await handler(event, lambdaContext);
  const seconds = (job: CloudJobName) =>
    sent.filter(({ message }) => message.job === job).map(({ delaySeconds }) => delaySeconds);
  expect(seconds('services')).toEqual([0, 10, 20, 30, 40, 50]);
  expect(seconds('changes')).toEqual([3, 33]);
  expect(seconds('walk')).toEqual([6, 16, 26, 36, 46, 56]);
  expect(seconds('returned')).toEqual([29]);
  expect(sent.find(({ delaySeconds }) => delaySeconds === 33)?.message.due_at).toBe(
    '2026-01-01T00:10:33.000Z',
  );
});

test('a message is a turn of its job; a message that is too late or invalid is ignored', async () => {
  const { ran, handler } = mirror();
  const bodies = [
    { job: 'services', due_at: minute(10) },
    { job: 'changes', due_at: minute(8) },
    { job: 'odd', due_at: minute(10) },
    'no JSON',
  ];
  const response = await handler(queued(...bodies.map((body) => ({ body }))), lambdaContext);
  expect(ran).toEqual(['services']);
  expect(response).toMatchObject({ batchItemFailures: [] });
});

test('a host that is up again is put into the list, and the list is read; one without room is left to the walk', async () => {
  const { returned, ran, log, handler } = mirror();
  const hosts = ['compute-1', 'one-too-many'];
  const response = await handler(
    queued(...hosts.map((readHost) => ({ body: { readHost } }))),
    lambdaContext,
  );
  expect(response).toMatchObject({ batchItemFailures: [] });
  expect([returned, ran]).toEqual([hosts, ['returned']]);
  expect(JSON.stringify(log.lines)).toContain('one-too-many');
});
