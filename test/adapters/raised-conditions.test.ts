/** Finding the raised conditions of a source reads no conditions of other sources. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { conditionStore, raisedConditions } from '../../adapters/conditions/conditions.ts';
import type { Condition } from '../../domain/conditions/condition.ts';
import { recordOnly } from '../../domain/conditions/held-target.ts';
import { observed, sender, sourceWith } from '../domain/conditions/reports.ts';
import { type OwnThings, ownThings } from '../stack/own-tables.ts';
import { dynamodb } from '../stack/stack.ts';
import { rowsUnder } from './found-rows.ts';

const dynamo = dynamodb();
let own: OwnThings;
let table: string;
beforeAll(async () => {
  own = await ownThings();
  table = own.env.CONDITIONS_TABLE;
});
afterAll(async () => {
  await own.cleanup();
  dynamo.destroy();
});

/** Writes the condition of a source under a key. */
async function write(name: string, key: string, before?: Condition): Promise<Condition> {
  const status = before ? 'cleared' : 'raised';
  const from = { source: sourceWith(name), by: { ...sender(), source: name } };
  const step = recordOnly({ before, registered: true }, observed({ key, status }), from);
  if (!('condition' in step)) throw new Error(step.reason ?? step.kind);
  const saved = await conditionStore(dynamo, table).saveCondition({
    from: before,
    to: step.condition,
  });
  expect(saved).toBe(true);
  return step.condition;
}

test('the conditions that a source has raised, and not those of others, nor those that it cleared', async () => {
  const kept = await write('consul', 'a');
  const ended = await write('consul', 'b');
  for (const key of ['c', 'd']) await write('zabbix', key);
  await write('consul', 'b', ended);

  const found = await raisedConditions(dynamo, table).raisedBy('consul');
  expect(found.map(({ condition_id }) => condition_id)).toEqual([kept.condition_id]);
  const read = await rowsUnder(dynamo, table, 'raised', 'raised_by', 'consul');
  expect(read.map(({ condition_id }) => condition_id)).toEqual([kept.condition_id]);
});
