import type { SQSEvent } from 'aws-lambda';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { rowChanges, type StreamEvent } from '../../../adapters/stream-records.ts';
import { firingOf, type OutboxRow } from '../../../domain/alarms/firing.ts';
import type { Host } from '../../../domain/hosts/host.ts';
import type { Notice } from '../../../domain/hosts/maintenance.ts';
import { deletedHost } from '../../../domain/hosts/registered-host.ts';
import type { Departed } from '../../../domain/ports/departed-servers.ts';
import type { HostDataPlane } from '../../../domain/ports/host-data-plane.ts';
import { type RowChange, reconcile } from '../../../flows/reconcile.ts';
import { faultFinisher as finisherOf } from '../../../functions/fault-finisher/handler.ts';
import { reconciler as reconcilerOf } from '../../../functions/reconciler/handler.ts';
import { type SweepCounts, sweeper as sweeperOf } from '../../../functions/sweeper/handler.ts';
import { alarmWith } from '../../domain/alarms/alarms.ts';
import { eventWith } from '../../domain/events/events.ts';
import { downHost, minute } from '../../domain/rows.ts';
import { rawSample } from '../../events/samples.ts';
import { lambdaContext as context } from '../call.ts';
import { logbook, queued } from './lambda.ts';

const streamOf = (name: string): StreamEvent =>
  z
    .custom<StreamEvent>((value) => typeof value === 'object')
    .parse(rawSample(`streams/${name}.json`));
const kinds = (changes: readonly RowChange[]) => changes.map(({ kind }) => kind);

test('records of the streams are read as changes of rows, in their order', () => {
  const hosts = rowChanges(streamOf('hosts'));
  expect(kinds(hosts)).toEqual(['host', 'host', 'host']);
  expect(hosts[0]).toMatchObject({ before: undefined, after: { forced_down: false } });
  expect(hosts[1]).toMatchObject({ before: { fault_number: 0 }, after: { fault_number: 1 } });
  const instances = rowChanges(streamOf('instances'));
  expect(kinds(instances)).toEqual(['instance', 'instance', 'instance']);
  expect(instances[1]).toMatchObject({ after: { vm_state: 'stopped' } });
});

test('the stream of ports holds ports, and what was reported of a host’s ports', () => {
  const ports = rowChanges(streamOf('ports'));
  expect(kinds(ports)).toEqual(['port', 'port', 'port', 'port']);
  expect(ports[2]).toMatchObject({ before: { data_plane_status: null } });
  expect(rowChanges(streamOf('data-plane'))).toMatchObject([
    { kind: 'data plane', before: undefined, after: { host: 'compute-1', number: 1 } },
  ]);
});

test.each(['instance-expired', 'service-number'])(
  'rows that report no change are left out: %s',
  (name) => {
    expect(rowChanges(streamOf(name))).toEqual([]);
  },
);

test('a record that cannot be read is dead-lettered with its reason, and the next is read', () => {
  const [first, ...others] = streamOf('hosts').Records;
  const broken = {
    ...first,
    dynamodb: { Keys: { host: { S: 'compute-1' } }, NewImage: { host: { N: 'x' } } },
  };
  const changes = rowChanges({ Records: [broken, ...others] });
  expect(kinds(changes)).toEqual(['unreadable', 'host', 'host']);
  expect(changes[0]).toMatchObject({ letter: { reason: /cannot be read/, element: broken } });
});

test('the reconciler sends what the stream shows, and logs one line', async () => {
  const sent: string[] = [];
  const step = (name: string) => async () => {
    sent.push(name);
  };
  const deps = {
    ...{ sendCopies: step('copies'), sendFinish: step('finish') },
    ...{
      deadLetter: step('deadLetter'),
      publishEvents: step('audit'),
      noteAffected: step('affected'),
    },
  };
  const { lines, log } = logbook();
  const read = rowChanges;
  const handler = reconcilerOf({ read, reconcile: (changes) => reconcile(deps, changes), log });
  await handler(streamOf('hosts'), context);
  expect(sent).toEqual(['copies', 'finish', 'audit']);
  expect(lines).toEqual([
    [
      'info',
      [
        'reconciled',
        { changes: 3, events: 3, faults: 2, notices: 0, departures: 0, deadLettered: 0 },
      ],
    ],
  ]);
});

test('a reconciler that fails throws, so that the stream brings the batch again', async () => {
  const failing = async () => {
    throw new Error('the queue is gone');
  };
  const handler = reconcilerOf({ read: rowChanges, reconcile: failing, log: logbook().log });
  await expect(handler(streamOf('hosts'), context)).rejects.toThrow('the queue is gone');
});

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

test('a fault is finished from the host’s row as it is now', async () => {
  const { applied, finish } = finisher(downHost(3));
  expect(await finish(Sample.parse(rawSample('queues/finish.json')))).toEqual([]);
  expect(applied).toEqual([downHost(3)]);
});

test('a report on a host’s ports is finished from what is recorded now', async () => {
  const [change] = rowChanges(streamOf('data-plane'));
  const plane = change?.kind === 'data plane' ? change.after : undefined;
  const { applied, finish } = finisher(downHost(3), plane);
  await finish(queued({ body: { host: 'compute-1', number: 1, of: 'ports' } }));
  expect(applied).toEqual([plane]);
  await finish(queued({ body: { host: 'compute-2', number: 1, of: 'ports' } }));
  expect(applied).toHaveLength(1);
});

test('a host that is gone owes no less', async () => {
  const tombstone = deletedHost(downHost(), downHost().last_change);
  const { applied, finish } = finisher(tombstone);
  await finish(queued({ body: { host: 'compute-1', number: 1 } }));
  expect(applied).toEqual([tombstone]);
});

test('a host that was never there has nothing to finish', async () => {
  const { applied, finish } = finisher(undefined);
  expect(await finish(queued({ body: { host: 'compute-1', number: 1 } }))).toEqual([]);
  expect(applied).toEqual([]);
});

test('what could not be finished, or not be read, is delivered again', async () => {
  const { finish } = finisher(downHost(13));
  const good = { host: 'compute-9', number: 1 };
  const batch = queued({ body: good }, { body: { host: 'compute-1', number: 13 } }, { body: '{' });
  expect(await finish(batch)).toEqual(['m-1', 'm-2']);
});

const { row } = firingOf(alarmWith(), eventWith(), { kind: 'notice', reason: '' }, minute(0));

test('the sweeper publishes rows that no evaluator can still publish, and marks them', async () => {
  const asked: string[] = [];
  const [published, marked, counts]: [OutboxRow[], OutboxRow[], SweepCounts[]] = [[], [], []];
  const handler = sweeperOf({
    undelivered: async (before) => {
      asked.push(before);
      return [row];
    },
    sendWebhooks: async () => expect.unreachable(),
    publish: async (rows) => {
      published.push(...rows);
      return rows;
    },
    markDelivered: async (rows) => {
      marked.push(...rows);
    },
    interrupted: () => expect.unreachable(),
    evaluatorTimeoutSeconds: 20,
    now: () => Date.parse(minute(1)),
    count: (notices) => counts.push(notices),
    log: logbook().log,
  });
  await handler(rawSample('schedule/sweep.json'), context);
  expect(asked).toEqual(['2026-01-01T00:00:30.000Z']);
  expect({ published, marked }).toEqual({ published: [row], marked: [row] });
  expect(counts).toEqual([{ found: 1 }, { published: 1 }]);
});

test('what cannot be published is counted as undelivered all the same', async () => {
  const counts: SweepCounts[] = [];
  const handler = sweeperOf({
    undelivered: async () => [row],
    sendWebhooks: async () => expect.unreachable(),
    publish: async () => [],
    markDelivered: async () => {},
    interrupted: () => {},
    evaluatorTimeoutSeconds: 20,
    now: () => Date.parse(minute(1)),
    count: (notices) => counts.push(notices),
    log: logbook().log,
  });
  await handler(rawSample('schedule/sweep.json'), context);
  expect(counts).toEqual([{ found: 1 }, { published: 0 }]);
});
