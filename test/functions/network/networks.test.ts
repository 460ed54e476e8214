import { expect, test } from 'vitest';
import { id } from '../../domain/rows.ts';
import { networkWorld } from './network.ts';

const made = async (who = 'member@a', network: object = { name: 'net' }) => {
  const world = networkWorld();
  const { status, body } = await world.ask(who, 'POST', '/v2.0/networks', { body: { network } });
  return { ...world, status, network: Object(body).network, body };
};

test('a network is made, shown, listed and deleted by its project', async () => {
  const { ask, status, network } = await made();
  expect(status).toBe(201);
  expect(network).toEqual({
    ...{ id: expect.any(String), name: 'net', project_id: 'a', tenant_id: 'a' },
    ...{ status: 'ACTIVE', admin_state_up: true, shared: false, subnets: [] },
  });
  const path = `/v2.0/networks/${network.id}`;
  expect((await ask('reader@a', 'GET', path)).body).toEqual({ network });
  for (const name of ['net', 'other']) {
    const list = await ask('reader@a', 'GET', '/v2.0/networks', { query: { name: [name] } });
    expect(list.body).toEqual({ networks: name === 'net' ? [network] : [] });
  }
  expect((await ask('member@b', 'GET', '/v2.0/networks')).body).toEqual({ networks: [] });
  expect((await ask('reader@a', 'DELETE', path)).status).toBe(403);
  expect((await ask('member@a', 'DELETE', path)).status).toBe(204);
  expect((await ask('member@a', 'GET', path)).status).toBe(404);
});

test('a foreign network, a name and an unknown id are one 404', async () => {
  const { ask, network } = await made();
  for (const [who, what] of [
    ['member@b', network.id],
    ['member@a', 'net'],
    ['member@a', id(1)],
  ]) {
    const { status, body } = await ask(String(who), 'GET', `/v2.0/networks/${what}`);
    expect(status).toBe(404);
    expect(body).toMatchObject({ NeutronError: { type: 'NetworkNotFound' } });
  }
});

test('a port is made on a network that is registered only by who may see it', async () => {
  const { ask, network } = await made();
  const post = (who: string, network_id: string) =>
    ask(who, 'POST', '/v2.0/ports', { body: { port: { network_id } } });
  expect((await post('member@b', network.id)).body).toMatchObject({
    NeutronError: { type: 'NetworkNotFound' },
  });
  expect((await post('member@b', id(1))).status).toBe(201);
  expect((await post('member@a', network.id)).status).toBe(201);
  const gone = await ask('member@a', 'DELETE', `/v2.0/networks/${network.id}`);
  expect(gone.status).toBe(409);
  expect(gone.body).toMatchObject({ NeutronError: { type: 'NetworkInUse' } });
});

test('whoever manages ports names id and project; an id is there once', async () => {
  const given = { id: id(1), project_id: 'a', name: 'n', admin_state_up: 'no' };
  const { ask, network, status } = await made('admin@ops', given);
  expect(status).toBe(201);
  expect(network).toMatchObject({ ...given, admin_state_up: false });
  const again = await ask('admin@ops', 'POST', '/v2.0/networks', { body: { network: given } });
  expect(again.status).toBe(409);
});

test.each([
  { network: { id: id(1) }, message: "Attribute 'id' not allowed in POST" },
  { network: { shared: true }, message: "Attribute 'shared' not allowed in POST" },
  { network: { foo: 1 }, message: "Unrecognized attribute(s) 'foo'" },
  { network: { project_id: 'b' }, message: "Specifying 'project_id'" },
  { network: { name: 7 }, message: "'7' is not a valid string" },
])('$network is refused: $message', async ({ network, message }) => {
  const { status, body } = await made('member@a', network);
  expect(status).toBe(400);
  expect(Object(body).NeutronError.message).toContain(message);
});

test('an unknown filter of networks is refused', async () => {
  const { ask } = await made();
  const query = { foo: ['1'] };
  expect((await ask('member@a', 'GET', '/v2.0/networks', { query })).status).toBe(400);
});
