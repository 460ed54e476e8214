/** The schedule and the queue of the mirror. */
import { expect, test } from 'vitest';
import type { CloudJobName, DelayedJob } from '../../../domain/mirror/cloud-job.ts';
import type { HostRead } from '../../../domain/mirror/host-read.ts';
import type { HostReadOutcome } from '../../../flows/read-returned-host.ts';
import { cloudMirror } from '../../../functions/cloud-mirror/handler.ts';
import { minute } from '../../domain/rows.ts';
import { lambdaContext } from '../call.ts';
import { logbook, queued } from './lambda.ts';

function mirror() {
  const ran: CloudJobName[] = [];
  const sent: DelayedJob[] = [];
  const reads: string[] = [];
  const again: (HostRead & { seconds: number })[] = [];
  const outcomes: (HostReadOutcome | Error)[] = [];
  const handler = cloudMirror({
    readHost: async (host) => {
      reads.push(host);
      const outcome = outcomes.shift() ?? 'done';
      if (outcome instanceof Error) throw outcome;
      return outcome;
    },
    sendHostRead: async (read, seconds) => {
      again.push({ ...read, seconds });
    },
    runJob: async (job) => {
      ran.push(job);
      return 'done';
    },
    sendJobs: async (jobs) => {
      sent.push(...jobs);
    },
    now: () => minute(10),
    log: logbook().log,
  });
  return { ran, sent, reads, again, outcomes, handler };
}

test('a minute has six looks at services, two at changes, six pieces of a walk, each in its second', async () => {
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
  expect(sent.find(({ delaySeconds }) => delaySeconds === 33)?.message.due_at).toBe(
    '2026-01-01T00:10:33.000Z',
  );
});

test('a message is a turn of its job; what comes too late, or is no message, is left out', async () => {
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

test('a host is read again while the cloud does not show it up or does not answer, and left to the walk at last', async () => {
  const { reads, again, outcomes, handler } = mirror();
  const take = async (body: unknown) => {
    const response = await handler(queued({ body }), lambdaContext);
    expect(response).toMatchObject({ batchItemFailures: [] });
  };
  outcomes.push('not yet', new Error('Nova is out'), 'done', 'left', 'not yet');
  await take({ readHost: 'compute-1' });
  await take(again[0]);
  await take(again[1]);
  await take({ readHost: 'compute-2' });
  await take({ readHost: 'compute-3', attempts: 6 });
  expect(reads).toEqual([...['compute-1', 'compute-1', 'compute-1', 'compute-2', 'compute-3']]);
  expect(again).toEqual([
    { readHost: 'compute-1', attempts: 1, seconds: 10 },
    { readHost: 'compute-1', attempts: 2, seconds: 20 },
  ]);
});
