/** The reconciler: how it reads the records of the streams as changes, and what it sends for them. */

import { expect, test } from 'vitest';
import * as z from 'zod';
import { rowChanges, type StreamEvent } from '../../../adapters/stream-records.ts';
import { reconcile } from '../../../flows/reconcile.ts';
import type { RowChange } from '../../../flows/row-change.ts';
import { reconciler as reconcilerOf } from '../../../functions/reconciler/handler.ts';
import { rawSample } from '../../events/samples.ts';
import { lambdaContext as context } from '../call.ts';
import { logbook } from './lambda.ts';

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

test('the stream of ports contains ports, and reports on a host’s ports', () => {
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
    ...{ sendCopies: step('copies'), sendFinish: step('finish'), sendHeard: step('heard') },
    ...{
      deadLetter: step('deadLetter'),
      publishEvents: step('audit'),
      noteAffected: step('affected'),
      affectedBy: async () => [],
      noteChanges: step('changes'),
      keepEvents: step('kept'),
      keepSwitches: step('switches'),
    },
  };
  const { lines, log } = logbook();
  const read = rowChanges;
  const handler = reconcilerOf({ read, reconcile: (changes) => reconcile(deps, changes), log });
  await handler(streamOf('hosts'), context);
  expect(sent).toEqual(['copies', 'finish', 'audit', 'kept', 'changes']);
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
