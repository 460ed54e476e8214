/** Items that matched nothing. Repeated items of a source do not push out its other items. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { unmatchedReader } from '../../adapters/conditions/unmatched-reader.ts';
import { unmatchedWriter } from '../../adapters/conditions/unmatched-writer.ts';
import { mostUnmatchedPerHour, unmatchedItem } from '../../domain/conditions/unmatched.ts';
import { type OwnThings, ownThings } from '../stack/own-tables.ts';
import { dynamodb } from '../stack/stack.ts';

const dynamo = dynamodb();
let own: OwnThings;
beforeAll(async () => {
  own = await ownThings();
});
afterAll(async () => {
  await own.cleanup();
  dynamo.destroy();
});

const numbers = (from: number, to: number) => [...Array(to - from).keys()].map((n) => from + n);
const reporter = { user_id: 'm', user_name: 'm', project_id: 'p' };

/** Keeps the items of these numbers in one report. */
const keep = (source: string, items: readonly number[], minute = 10) => {
  const at = `2026-01-01T00:${minute}:00.000Z`;
  const from = { source, at, reported_by: reporter, request_id: 'req' };
  return unmatchedWriter(dynamo, own.env.UNMATCHED_TABLE).keepUnmatched(
    items.map((n) => unmatchedItem({ reason: 'No.', item: { n, minute }, key: `${n}` }, from)),
  );
};

/** How many items of a source are kept. */
async function kept(source: string): Promise<number> {
  const listing = { source, from: '0', to: '~' };
  const found: string[] = [];
  for await (const page of unmatchedReader(dynamo, own.env.UNMATCHED_TABLE).unmatchedPages(
    listing,
    100,
  )) {
    found.push(...page.map(({ unmatched_id }) => unmatched_id));
  }
  return found.length;
}

test('a repeated report keeps its remaining items, and known items need no second place', async () => {
  await keep('prometheus', numbers(0, 40));
  expect(await kept('prometheus')).toBe(25);
  await keep('prometheus', numbers(0, 40), 11);
  expect(await kept('prometheus')).toBe(40);
  for (const minute of numbers(12, 24)) await keep('prometheus', numbers(0, 20), minute);
  await keep('prometheus', [100], 25);
  expect(await kept('prometheus')).toBe(41);
});

test('a source fills its hour to the last place, and no other source has fewer', async () => {
  for (const n of numbers(0, 9)) await keep('zabbix', numbers(25 * n, 25 * n + 24));
  expect(await kept('zabbix')).toBe(mostUnmatchedPerHour);
  await keep('consul', [0]);
  expect(await kept('consul')).toBe(1);
});
