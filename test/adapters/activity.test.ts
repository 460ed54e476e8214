/**
 * The rows of the table `activity` for operators, on a real table: switches of hosts, and counts of
 * webhooks.
 */
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rowKeeper } from '../../adapters/activity/activity-rows.ts';
import { switchKeeper, switchReader } from '../../adapters/activity/host-switches.ts';
import { minuteReader, webhookCounts } from '../../adapters/activity/minutes.ts';
import type { HostSwitch } from '../../domain/hosts/host-switch.ts';
import { minute } from '../domain/rows.ts';
import { type OwnThings, ownThings } from '../stack/own-tables.ts';
import { dynamodb } from '../stack/stack.ts';
import { answered, disturb } from './disturb.ts';

let own: OwnThings;
const client = dynamodb();
beforeAll(async () => {
  own = await ownThings();
});
afterAll(async () => {
  client.destroy();
  await own.cleanup();
});

const rowOf = async (scope: string, place: string) => {
  const command = new GetCommand({ TableName: own.env.ACTIVITY_TABLE, Key: { scope, place } });
  return (await client.send(command)).Item;
};

test('the switches of a host are read newest first; keeping again changes nothing', async () => {
  const { keepSwitches } = switchKeeper(rowKeeper(client, own.env.ACTIVITY_TABLE));
  const { switchesOf } = switchReader(client, own.env.ACTIVITY_TABLE);
  const switched = (host: string, n: number): HostSwitch => ({
    ...{ host, revision: n, at: minute(n), kinds: ['maintenance_started'] },
    ...{ user_id: 'operator', request_id: `req-${n}` },
  });
  await keepSwitches([switched('h', 2), switched('h', 3), switched('other', 4)]);
  await keepSwitches([switched('h', 2)]);
  expect(await switchesOf('h', 10, '~')).toEqual([switched('h', 3), switched('h', 2)]);
  expect(await switchesOf('h', 1, '~')).toEqual([switched('h', 3)]);
  expect(await switchesOf('h', 10, `${minute(2)}$`)).toEqual([switched('h', 2)]);
  expect(await switchesOf('none', 1, '~')).toEqual([]);
  expect(await rowOf('host#h', `${minute(2)}#2`)).toMatchObject({
    expires_at: Date.parse(minute(2)) / 1_000 + 30 * 86_400,
  });
});

test('rows that are kept in the same turn share requests of 25, and a row that is there stays', async () => {
  const other = dynamodb();
  const requests = disturb({ dynamo: other }, 'BatchExecuteStatement');
  const keep = rowKeeper(other, own.env.ACTIVITY_TABLE);
  const row = (n: number) => ({
    ...{ scope: 'many', place: `${n}`, bytes: new Uint8Array([n]) },
    ...{ changed: { hosts: [`h-${n}`], faults: [] }, expires_at: n },
  });
  await Promise.all(Array.from({ length: 26 }, (_, n) => keep(row(n))));
  expect(requests).toHaveLength(2);
  await Promise.all([keep({ ...row(3), expires_at: 99 }), keep(row(27))]);
  expect(await rowOf('many', '3')).toEqual(row(3));
  expect(await rowOf('many', '27')).toEqual(row(27));
  other.destroy();
});

test('a row that is not kept is an error, and may be kept again', async () => {
  const other = dynamodb();
  const busy = answered({ Responses: [{ Error: { Code: 'ThrottlingError' } }] });
  disturb({ dynamo: other }, 'BatchExecuteStatement', busy);
  const keep = rowKeeper(other, own.env.ACTIVITY_TABLE);
  const row = { scope: 'busy', place: '1', expires_at: 1 };
  await expect(keep(row)).rejects.toThrow('a row was not kept: ThrottlingError');
  await keep(row);
  expect(await rowOf('busy', '1')).toEqual(row);
  other.destroy();
});

test('counts of webhooks add up in their minute, and expire after a day', async () => {
  const { countWebhooks } = webhookCounts(client, own.env.ACTIVITY_TABLE);
  await countWebhooks({ minute: minute(1), counts: { delivered: 2, given_up: 1 } });
  await countWebhooks({ minute: minute(1), counts: { delivered: 1, refused: 1 } });
  await countWebhooks({ minute: minute(2), counts: { retried: 1 } });
  const { webhooksFrom } = minuteReader(client, own.env.ACTIVITY_TABLE);
  expect(await webhooksFrom(minute(1))).toEqual([
    { minute: minute(1), counts: { delivered: 3, given_up: 1, refused: 1 } },
    { minute: minute(2), counts: { retried: 1 } },
  ]);
  expect(await webhooksFrom(minute(2))).toHaveLength(1);
  expect(await rowOf('webhooks', minute(2))).toMatchObject({
    expires_at: Date.parse(minute(2)) / 1_000 + 86_400,
  });
});
