/** The proof of events that are sent beside the transaction of their fault, in a real table. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { faultProofs } from '../../adapters/hosts/fault-proofs.ts';
import { closedFault, openedFault } from '../../adapters/hosts/fault-rows.ts';
import { transact } from '../../adapters/transactions.ts';
import { Fault } from '../../domain/hosts/fault.ts';
import { minute } from '../domain/rows.ts';
import { type OwnThings, ownThings } from '../stack/own-tables.ts';
import { dynamodb } from '../stack/stack.ts';

const client = dynamodb();
let own: OwnThings;
beforeAll(async () => {
  own = await ownThings();
});
afterAll(async () => {
  client.destroy();
  await own.cleanup();
});

const faultOf = (host: string): Fault =>
  Fault.parse({
    ...{ host, number: 1, fault_id: randomUUID(), at: minute(1), cleared_at: null },
    ...{ request_id: 'req-1', reported_by: { user_id: 'u', user_name: 'n', project_id: 'p' } },
  });
const write = (host: string, write_id?: string) =>
  transact(client, [openedFault(own.env.FAULTS_TABLE, faultOf(host), write_id)]);
const stateOf = (host: string, write_id: string) =>
  faultProofs(client, own.env.FAULTS_TABLE).proofState({ host, number: 1, write_id });

test('a proof shows once its transaction is written, also after the fault is cleared', async () => {
  const write_id = randomUUID();
  expect(await stateOf('h', write_id)).toBe('open');
  expect(await write('h', write_id)).toBe('written');
  expect(await stateOf('h', write_id)).toBe('written');
  const by = { user_id: 'u', request_id: 'req-2', at: minute(2) };
  const closed = closedFault(own.env.FAULTS_TABLE, { host: 'h', number: 1 }, by);
  await transact(client, [closed]);
  expect(await stateOf('h', write_id)).toBe('written');
});

test.each([randomUUID(), undefined])(
  'a proof is refused once another transaction has its place (%s)',
  async (other) => {
    const host = `h-${other ?? 'without'}`;
    await write(host, other);
    expect(await stateOf(host, randomUUID())).toBe('refused');
    expect(await write(host, randomUUID())).not.toBe('written');
  },
);
