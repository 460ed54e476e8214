/** The registry of networks in the table `networks`. */
import { randomUUID } from 'node:crypto';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { networkStore } from '../../adapters/ports/networks.ts';
import { createdNetwork, type Network, updatedNetwork } from '../../domain/ports/network.ts';
import { minute } from '../domain/rows.ts';
import { type OwnThings, ownThings } from '../stack/own-tables.ts';
import { dynamodb } from '../stack/stack.ts';

let own: OwnThings;
const client = dynamodb();
const store = () => networkStore(client, own.env.NETWORKS_TABLE);

beforeAll(async () => {
  own = await ownThings();
});
afterAll(async () => {
  client.destroy();
  await own.cleanup();
});

const newNetwork = (): Network =>
  createdNetwork(
    {
      ...{ network_id: randomUUID(), name: 'n', description: '' },
      ...{ project_id: randomUUID(), admin_state_up: true },
    },
    minute(0),
  );
const renamed = (network: Network, name: string): Network =>
  updatedNetwork(network, { name }, minute(1)) ?? network;

test('a network is written only as it was read, and is found where it was', async () => {
  const network = newNetwork();
  expect(await store().insertNetwork(network)).toBe(true);
  const changed = renamed(network, 'new');
  expect(await store().saveNetwork(network, changed)).toBe(true);
  expect(await store().saveNetwork(network, renamed(network, 'late'))).toBe(false);
  expect(await store().networksOf(network.project_id)).toEqual([changed]);
  expect(await store().removeNetwork(network)).toBe(false);
  expect(await store().removeNetwork(changed)).toBe(true);
  expect(await store().removeNetwork(changed)).toBe(false);
  expect(await store().saveNetwork(changed, renamed(changed, 'gone'))).toBe(false);
  expect(await store().networks([network.network_id])).toEqual([]);
});

test('a row from before networks had revisions is read with defaults, and written once', async () => {
  const { network_id, name, project_id, admin_state_up } = newNetwork();
  const row = { network_id, name, project_id, admin_state_up, kind: 'network', live: 'network' };
  const Item = { ...row, in_project: `project#${project_id}` };
  await client.send(new PutCommand({ TableName: own.env.NETWORKS_TABLE, Item }));
  const [old = newNetwork()] = await store().networksOf(project_id);
  expect(old).toEqual({
    ...{ network_id, name, project_id, admin_state_up, description: '', tags: [], revision: 1 },
    ...{ created_at: '1970-01-01T00:00:00.000Z', updated_at: '1970-01-01T00:00:00.000Z' },
  });
  expect(await store().saveNetwork(old, renamed(old, 'new'))).toBe(true);
  expect(await store().saveNetwork(old, renamed(old, 'late'))).toBe(false);
  expect(await store().networks([network_id])).toMatchObject([{ name: 'new', revision: 2 }]);
});
