/** `doctor status`, `watch` and `dlq`, as an operator runs them against the deployed service. */

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { type Cloud, forceDown, logins, newHost, newInstance } from '../e2e/cloud.ts';
import { output, sqs } from '../stack/stack.ts';
import { doctor, doctorJson } from './doctor.ts';

let cloud: Cloud;

beforeAll(async () => {
  cloud = await logins();
});

const Letters = z.array(z.looseObject({ id: z.string(), element: z.unknown() }));

/** Puts an event into a dead-letter queue. @returns a text that only this event contains. */
async function giveUp(): Promise<string> {
  const mark = randomUUID();
  const element = {
    ...{ message_id: mark, event_type: 'switch.down', generated: '2026-01-01T00:00:00.000000' },
    ...{ traits: [], accepted_at: '2026-01-01T00:00:00.000Z', stamp: null, fault_id: null },
  };
  const MessageBody = JSON.stringify({ reason: 'given up', element });
  await sqs().send(new SendMessageCommand({ QueueUrl: output('BulkDlqUrl'), MessageBody }));
  return mark;
}

/**
 * The dead letter with this text, as the list of the queue shows it; undefined if it is not in the
 * queue.
 */
async function letterWith(mark: string) {
  const all = Letters.parse(await doctorJson('admin', 'dlq', 'list', '--queue', 'bulk'));
  return all.find(({ element }) => JSON.stringify(element).includes(mark));
}

test('status counts hosts, servers and what waits', async () => {
  const host = await newHost(cloud.admin);
  await newInstance(cloud.admin, { project_id: cloud.a.projectId, host });
  const status = z.record(z.string(), z.unknown()).parse(await doctorJson('admin', 'status'));
  expect(status).toMatchObject({ 'waiting events': expect.any(Number) });
  expect(Number(status['hosts total'])).toBeGreaterThan(0);
  expect(await doctor('admin', 'status')).toMatch(/^dead letters bulk +\d+$/m);
  await expect(doctor('tenant-a', 'status')).rejects.toThrow(/403|not allowed|admin/i);
});

test('dlq lists, shows and sends back a letter', async () => {
  const mark = await giveUp();
  expect(await doctor('admin', 'dlq', 'list')).toMatch(/^bulk +[1-9]/m);
  const letter = await letterWith(mark);
  const id = letter?.id ?? '';
  const shown = await doctorJson('admin', 'dlq', 'show', '--queue', 'bulk', id);
  expect(shown).toMatchObject({ id, reason: 'given up', redrivable: true });
  expect(JSON.stringify(shown)).toContain(mark);
  expect(await doctorJson('admin', 'dlq', 'redrive', '--id', id, 'bulk')).toEqual([
    { id, status: 'redriven', reason: '' },
  ]);
  expect(await letterWith(mark)).toBeUndefined();
  await expect(doctor('admin', 'dlq', 'redrive', '--id', id, 'bulk')).rejects.toThrow(
    expect.objectContaining({ code: 1 }),
  );
});

test('dlq deletes a letter', async () => {
  const mark = await giveUp();
  const id = (await letterWith(mark))?.id ?? '';
  await doctor('admin', 'dlq', 'delete', '--id', id, 'bulk');
  expect(await letterWith(mark)).toBeUndefined();
});

test('watch prints changes with their states, and all of them again at the end', async () => {
  const host = await newHost(cloud.admin);
  const state = { ended: false };
  const watching = doctorJson('admin', 'watch', '--for', '6').finally(() => {
    state.ended = true;
  });
  // The command needs some time before it watches, so the host is changed repeatedly until the
  // command has ended.
  for (let n = 0; !state.ended; n++) {
    await forceDown(cloud.admin, host, n % 2 === 0);
    await sleep(500);
  }
  const seen = await watching;
  const rows = z.array(z.looseObject({ kind: z.string(), id: z.string() })).parse(seen);
  expect(rows.some(({ kind, id }) => kind === 'hosts' && id === host)).toBe(true);
  await forceDown(cloud.admin, host, false);
});

test.each(['status', 'watch', 'dlq list', 'dlq show', 'dlq redrive', 'dlq delete'])(
  '%s explains itself',
  async (name) => {
    expect(await doctor('admin', ...name.split(' '), '--help')).toContain(`Usage: doctor ${name}`);
  },
);
