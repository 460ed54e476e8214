import { expect, test } from 'vitest';
import { Network } from '../../../domain/ports/network.ts';
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
    ...{ description: '', tags: [], revision_number: 1 },
    ...{ created_at: '2026-01-01T16:41:00Z', updated_at: '2026-01-01T16:41:00Z' },
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

test('a manager of ports names id and project; an id is there once', async () => {
  const given = { id: id(1), project_id: 'a', name: 'n', admin_state_up: 'no' };
  const { ask, network, status } = await made('admin@ops', given);
  expect(status).toBe(201);
  expect(network).toMatchObject({ ...given, admin_state_up: false });
  const again = await ask('admin@ops', 'POST', '/v2.0/networks', { body: { network: given } });
  expect(again.status).toBe(409);
});

test.each([
  { network: { id: id(1) }, message: "Attribute 'id' not allowed in POST" },
  { network: { tags: [] }, message: "Attribute 'tags' not allowed in POST" },
  { network: { description: 7 }, message: "'7' is not a valid string" },
  { network: { shared: true }, message: "Attribute 'shared' not allowed in POST" },
  { network: { foo: 1 }, message: "Unrecognized attribute(s) 'foo'" },
  { network: { project_id: 'b' }, message: "Specifying 'project_id'" },
  { network: { name: 7 }, message: "'7' is not a valid string" },
])('$network is refused: $message', async ({ network, message }) => {
  const { status, body } = await made('member@a', network);
  expect(status).toBe(400);
  expect(Object(body).NeutronError.message).toContain(message);
});

test.each([false, 'False', 0])('a network that is to be shared: %s is made', async (shared) => {
  const { status, network } = await made('member@a', { name: 'n', shared });
  expect(status).toBe(201);
  expect(network.shared).toBe(false);
});

test('an unknown filter of networks is refused', async () => {
  const { ask } = await made();
  const query = { foo: ['1'] };
  expect((await ask('member@a', 'GET', '/v2.0/networks', { query })).status).toBe(400);
});

const put = (body: unknown, headers = {}) => ({ body, headers });

test('a network is changed by its owner: one revision for each real change', async () => {
  const { ask, network, state } = await made();
  state.ids += 1;
  const path = `/v2.0/networks/${network.id}`;
  const change = async (given: object, headers = {}) =>
    ask('member@a', 'PUT', path, put({ network: given }, headers));
  const changed = await change({ name: 'new', description: 'text', admin_state_up: 'false' });
  expect(changed.status).toBe(200);
  expect(Object(changed.body).network).toMatchObject({
    ...{ name: 'new', description: 'text', admin_state_up: false, revision_number: 2 },
    created_at: network.created_at,
  });
  expect(Object(changed.body).network.updated_at > network.updated_at).toBe(true);
  expect((await change({ description: 'text' })).body).toEqual(changed.body);
  expect((await change({})).body).toEqual(changed.body);
  expect((await change({ name: 'x' }, { 'If-Match': 'revision_number=1' })).status).toBe(412);
  expect((await change({ name: 'x' }, { 'If-Match': 'revision_number=2' })).status).toBe(200);
  const list = await ask('reader@a', 'GET', '/v2.0/networks', { query: { name: ['x'] } });
  expect(list.body).toMatchObject({ networks: [{ description: 'text', revision_number: 3 }] });
});

test('two changes at once: none is lost', async () => {
  const { ask, network, networks, state } = await made();
  const path = `/v2.0/networks/${network.id}`;
  state.meanwhile = () => {
    const row = networks.get(network.id);
    if (row) networks.set(network.id, { ...row, description: 'theirs', revision: 2 });
  };
  const { body } = await ask('member@a', 'PUT', path, put({ network: { name: 'ours' } }));
  expect(Object(body).network).toMatchObject({
    ...{ name: 'ours', description: 'theirs', revision_number: 3 },
  });
});

test.each([
  { network: { id: id(1) }, message: 'Cannot update read-only attribute id' },
  { network: { project_id: 'a' }, message: 'Cannot update read-only attribute project_id' },
  { network: { tags: [] }, message: 'Cannot update read-only attribute tags' },
  { network: { foo: 1 }, message: "Unrecognized attribute(s) 'foo'" },
  { network: { name: null }, message: "'None' is not a valid string" },
  { network: { admin_state_up: 'maybe' }, message: 'cannot be converted to boolean' },
])('an update of a network with $network is refused: $message', async ({ network, message }) => {
  const world = await made();
  const path = `/v2.0/networks/${world.network.id}`;
  const { status, body } = await world.ask('member@a', 'PUT', path, put({ network }));
  expect(status).toBe(400);
  expect(Object(body).NeutronError.message).toContain(message);
});

test.each([
  { who: 'reader@a', status: 403 },
  { who: 'member@b', status: 404 },
  { who: 'data_plane_integrator@ops', status: 403 },
  { who: 'admin@ops', status: 200 },
  { who: 'service@ops', status: 200 },
])('$who changes the network of a project: $status', async ({ who, status }) => {
  const { ask, network } = await made();
  const path = `/v2.0/networks/${network.id}`;
  expect((await ask(who, 'PUT', path, put({ network: { name: 'x' } }))).status).toBe(status);
  expect((await ask(who, 'PUT', `${path}/tags`, put({ tags: ['x'] }))).status).toBe(status);
});

test('a network has tags, and lists filter by them', async () => {
  const { ask, network } = await made();
  const path = `/v2.0/networks/${network.id}`;
  const tags = (method: string, tag = '', body?: unknown) =>
    ask('member@a', method, `${path}/tags${tag}`, body === undefined ? {} : { body });
  expect((await tags('PUT', '', { tags: ['b', 'a', 'b'] })).body).toEqual({ tags: ['b', 'a'] });
  expect((await tags('PUT', '/c')).status).toBe(201);
  expect((await tags('GET')).body).toEqual({ tags: ['b', 'a', 'c'] });
  expect((await tags('DELETE', '/b')).status).toBe(204);
  expect((await tags('DELETE', '/b')).status).toBe(404);
  expect((await tags('GET', '/a')).status).toBe(204);
  const found = async (query: Record<string, string[]>) => {
    const { body } = await ask('member@a', 'GET', '/v2.0/networks', { query });
    return Object(body).networks.length;
  };
  expect(await found({ tags: ['a,c'] })).toBe(1);
  expect(await found({ tags: ['a,b'] })).toBe(0);
  expect(await found({ 'not-tags-any': ['b,x'] })).toBe(1);
  expect((await tags('DELETE')).status).toBe(204);
  expect((await ask('member@a', 'GET', path)).body).toMatchObject({
    network: { tags: [], revision_number: 5 },
  });
});

test('a list of networks has Neutron’s pages and orders', async () => {
  const { ask } = await made('member@a', { name: 'c' });
  for (const name of ['a', 'd', 'b']) {
    await ask('member@a', 'POST', '/v2.0/networks', { body: { network: { name } } });
  }
  const list = async (query: Record<string, string[]>) => {
    const { body } = await ask('member@a', 'GET', '/v2.0/networks', { query });
    const { networks, networks_links: links } = Object(body);
    const names = networks.map(({ name }: { name: string }) => name).join('');
    return {
      names,
      last: networks.at(-1)?.id,
      rels: links?.map((link: object) => Object(link).rel),
    };
  };
  const order = { sort_key: ['name'], sort_dir: ['asc'] };
  expect(await list(order)).toMatchObject({ names: 'abcd', rels: undefined });
  expect(await list({ ...order, sort_dir: ['desc'] })).toMatchObject({ names: 'dcba' });
  const first = await list({ ...order, limit: ['3'] });
  expect(first).toMatchObject({ names: 'abc', rels: ['next', 'previous'] });
  const second = await list({ ...order, limit: ['3'], marker: [first.last] });
  expect(second).toMatchObject({ names: 'd', rels: ['previous'] });
  const back = { ...order, limit: ['2'], marker: [second.last], page_reverse: ['True'] };
  expect(await list(back)).toMatchObject({ names: 'bc' });
  const bad: Record<string, string[]>[] = [
    { limit: ['x'] },
    { sort_key: ['subnets'], sort_dir: ['asc'] },
  ];
  for (const query of bad) {
    expect((await ask('member@a', 'GET', '/v2.0/networks', { query })).status).toBe(400);
  }
  const strange = { limit: ['1'], marker: [id(1)] };
  expect((await ask('member@a', 'GET', '/v2.0/networks', { query: strange })).status).toBe(404);
});

test('a network that an older version wrote is shown with defaults, and changed', async () => {
  const { ask, networks } = await made();
  const row = { network_id: id(7), name: 'old', project_id: 'a', admin_state_up: true };
  networks.set(id(7), Network.parse(row));
  const path = `/v2.0/networks/${id(7)}`;
  expect((await ask('reader@a', 'GET', path)).body).toMatchObject({
    network: {
      ...{ name: 'old', description: '', tags: [], revision_number: 1 },
      ...{ created_at: '1970-01-01T00:00:00Z', updated_at: '1970-01-01T00:00:00Z' },
    },
  });
});

test('a network that another writer changes is checked again before it is deleted', async () => {
  const { ask, networks, state } = networkWorld();
  const network = { id: id(700), project_id: 'a' };
  await ask('admin@ops', 'POST', '/v2.0/networks', { body: { network } });
  state.meanwhile = () => {
    const before = networks.get(id(700));
    if (before) networks.set(id(700), { ...before, revision: 2 });
  };
  const path = `/v2.0/networks/${id(700)}`;
  const headers = { 'If-Match': 'revision_number=1' };
  expect((await ask('member@a', 'DELETE', path, { headers })).status).toBe(412);
  expect(networks.size).toBe(1);
  expect((await ask('member@a', 'DELETE', path)).status).toBe(204);
  expect(networks.size).toBe(0);
});
