/** The fault-finisher: how it reads a message, and which rows it finishes. */

import type { SQSEvent } from 'aws-lambda';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { rowChanges, type StreamEvent } from '../../../adapters/stream-records.ts';
import type { Host } from '../../../domain/hosts/host.ts';
import type { Notice } from '../../../domain/hosts/maintenance.ts';
import { deletedHost } from '../../../domain/hosts/registered-host.ts';
import type { Departed } from '../../../domain/ports/departed-servers.ts';
import type { HostDataPlane } from '../../../domain/ports/host-data-plane.ts';
import { faultFinisher as finisherOf } from '../../../functions/fault-finisher/handler.ts';
import { downHost } from '../../domain/rows.ts';
import { rawSample } from '../../events/samples.ts';
import { lambdaContext as context } from '../call.ts';
import { logbook, queued } from './lambda.ts';

const streamOf = (name: string): StreamEvent =>
  z
    .custom<StreamEvent>((value) => typeof value === 'object')
    .parse(rawSample(`streams/${name}.json`));

function finisher(host: Host | undefined, plane?: HostDataPlane) {
  const applied: (Host | HostDataPlane)[] = [];
  const notices: Notice[] = [];
  const taken: Departed[] = [];
  const handler = finisherOf({
    host: async (name) => (name === 'compute-1' ? host : undefined),
    applyFault: async (given) => {
      if (given.fault_number === 13) throw new Error('too busy');
      applied.push(given);
      return 1;
    },
    notifyOwners: async (notice) => {
      notices.push(notice);
      return 2;
    },
    takePortsAlong: async (departed) => {
      taken.push(departed);
      return 1;
    },
    dataPlane: async (name) => (name === 'compute-1' ? plane : undefined),
    applyDataPlane: async (given) => {
      applied.push(given);
      return 1;
    },
    log: logbook().log,
  });
  const finish = async (event: SQSEvent) => {
    const { batchItemFailures } = await handler(event, context);
    return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).sort();
  };
  return { applied, notices, taken, finish };
}

const Sample = z.custom<SQSEvent>((value) => typeof value === 'object');

test('owners are notified of a maintenance from the message alone: the host may have changed since', async () => {
  const { applied, notices, finish } = finisher(undefined);
  const event = Sample.parse(rawSample('queues/finish-maintenance.json'));
  expect(await finish(event)).toEqual([]);
  expect(applied).toEqual([]);
  expect(notices).toMatchObject([{ host: 'compute-1', number: 1, maintenance: true }]);
});

test('ports of servers that left a host are taken along', async () => {
  const { applied, taken, finish } = finisher(undefined);
  expect(await finish(Sample.parse(rawSample('queues/finish-departed.json')))).toEqual([]);
  expect(applied).toEqual([]);
  expect(taken).toMatchObject([{ left: 'compute-1', servers: [{ uuid: expect.any(String) }] }]);
});

test('a fault is finished from the present row of the host', async () => {
  const { applied, finish } = finisher(downHost(3));
  expect(await finish(Sample.parse(rawSample('queues/finish.json')))).toEqual([]);
  expect(applied).toEqual([downHost(3)]);
});

test('a report on a host’s ports is finished from the present record', async () => {
  const [change] = rowChanges(streamOf('data-plane'));
  const plane = change?.kind === 'data plane' ? change.after : undefined;
  const { applied, finish } = finisher(downHost(3), plane);
  await finish(queued({ body: { host: 'compute-1', number: 1, of: 'ports' } }));
  expect(applied).toEqual([plane]);
  await finish(queued({ body: { host: 'compute-2', number: 1, of: 'ports' } }));
  expect(applied).toHaveLength(1);
});

test('the fault of a deleted host is finished too', async () => {
  const tombstone = deletedHost(downHost(), downHost().last_change);
  const { applied, finish } = finisher(tombstone);
  await finish(queued({ body: { host: 'compute-1', number: 1 } }));
  expect(applied).toEqual([tombstone]);
});

test('a host that never existed has nothing to finish', async () => {
  const { applied, finish } = finisher(undefined);
  expect(await finish(queued({ body: { host: 'compute-1', number: 1 } }))).toEqual([]);
  expect(applied).toEqual([]);
});

test('a message that could not be finished or read is delivered again', async () => {
  const { finish } = finisher(downHost(13));
  const good = { host: 'compute-9', number: 1 };
  const batch = queued({ body: good }, { body: { host: 'compute-1', number: 13 } }, { body: '{' });
  expect(await finish(batch)).toEqual(['m-1', 'm-2']);
});
