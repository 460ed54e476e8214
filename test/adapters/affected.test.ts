import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { affectedNotes, affectedStore } from '../../adapters/hosts/affected.ts';
import { type Affected, mostAffected } from '../../domain/hosts/affected.ts';
import { minute } from '../domain/rows.ts';
import { type OwnThings, ownThings } from '../stack/own-tables.ts';
import { dynamodb } from '../stack/stack.ts';

const client = dynamodb();
let own: OwnThings;
let store: ReturnType<typeof affectedNotes> & ReturnType<typeof affectedStore>;

beforeAll(async () => {
  own = await ownThings();
  const table = own.env.AFFECTED_TABLE;
  store = { ...affectedNotes(client, table), ...affectedStore(client, table) };
});
afterAll(async () => {
  await own.cleanup();
  client.destroy();
});

const noted = (fault_id: string, project_id: string, uuids: string[], n = 1): Affected => ({
  ...{ fault_id, project_id, at: minute(n), uuids: new Set(uuids) },
});
const uuids = (count: number) => Array.from({ length: count }, () => randomUUID());

test('an entry that is recorded twice is kept once, with the time of the first report', async () => {
  const [fault, [one = '', two = '']] = [randomUUID(), uuids(2)];
  await store.noteAffected([noted(fault, 'a', [one]), noted(fault, 'b', [two])]);
  await store.noteAffected([noted(fault, 'a', [one, two], 2)]);
  expect(await store.affectedIn('a', [fault])).toEqual([noted(fault, 'a', [one, two])]);
  const all = await store.affectedBy([fault, randomUUID()]);
  expect(all.map(({ project_id }) => project_id).sort()).toEqual(['a', 'b']);
});

test('a full row gets no further entries, and nothing fails', async () => {
  const fault = randomUUID();
  await store.noteAffected([noted(fault, 'a', uuids(mostAffected))]);
  await store.noteAffected([noted(fault, 'a', uuids(1))]);
  const [row] = await store.affectedIn('a', [fault]);
  expect(row?.uuids.size).toBe(mostAffected);
});

test('a project’s faults are listed newest first, between two places', async () => {
  const project = randomUUID();
  const faults = [randomUUID(), randomUUID(), randomUUID()];
  await store.noteAffected(faults.map((id, n) => noted(id, project, uuids(1), n + 1)));
  const listed = async (from: string, to: string) => {
    const found: string[] = [];
    for await (const page of store.faultsOfProject(project, { from, to }, 1)) found.push(...page);
    return found;
  };
  expect(await listed('0', '~')).toEqual(faults.toReversed());
  expect(await listed(minute(2), '~')).toEqual(faults.slice(1).reverse());
  expect(await listed('0', `${minute(2)}$`)).toEqual(faults.slice(0, 2).reverse());
});
