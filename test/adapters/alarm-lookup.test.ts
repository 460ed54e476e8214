/** Which rows of the index are read for the alarms of many events. */
import { randomUUID } from 'node:crypto';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { alarmLookup } from '../../adapters/alarms/alarm-lookup.ts';
import { lookupRow } from '../../adapters/alarms/alarm-rows.ts';
import { inParallel } from '../../adapters/in-parallel.ts';
import { lookupKeysOf } from '../../domain/alarms/lookup.ts';
import { alarmWith } from '../domain/alarms/alarms.ts';
import { type OwnThings, ownThings } from '../stack/own-tables.ts';
import { dynamodb } from '../stack/stack.ts';
import { disturb } from './disturb.ts';

const client = dynamodb();
let own: OwnThings;

beforeAll(async () => {
  own = await ownThings();
});
afterAll(() => own.cleanup());

const Page = z.object({ Items: z.array(z.unknown()) });

test('the keys of a message are looked up by one query, which reads the rows between them alone', async () => {
  const project_id = randomUUID();
  const places = Array.from({ length: 60 }, (_, n) => {
    const resource_id = `server-${String(n).padStart(3, '0')}`;
    const alarm = alarmWith({ alarm_id: randomUUID(), project_id, resource_id });
    const [key = ''] = lookupKeysOf(alarm);
    return { alarm, key };
  });
  await inParallel(places, 8, ({ alarm, key }) =>
    client.send(new PutCommand({ TableName: own.env.ALARMS_TABLE, Item: lookupRow(alarm, key) })),
  );
  // In any order. One of them has no alarm, and what lies between two of them was not asked for.
  const asked = [31, 35, 30, 32, 33].flatMap((n) => places[n] ?? []);
  const keys = [...asked.map(({ key }) => key), `${places[34]?.key}-other`];
  const pages: number[] = [];
  disturb({ dynamo: client }, 'Query', () => (output) => {
    pages.push(Page.parse(output).Items.length);
  });
  const found = await alarmLookup(client, own.env.ALARMS_TABLE).alarmsUnder([
    { project_id, keys, alarms: places.length },
  ]);
  expect(found).toEqual(
    new Map<string | undefined, string[]>([
      ...asked.map(({ key, alarm }): [string, string[]] => [key, [alarm.alarm_id]]),
      [keys.at(-1), []],
    ]),
  );
  expect(pages).toEqual([6]);
});
