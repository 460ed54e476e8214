/**
 * Whether a resource is looked up before the body is read, as in Neutron: a body without the
 * wrapper is not checked before that (neutron `pecan_wsgi/hooks/body_validation.py`), and the
 * policy looks the resource up before the controller runs (`policy_enforcement.py`).
 */
import { expect, test } from 'vitest';
import { portWith } from '../../domain/ports/ports.ts';
import { id } from '../../domain/rows.ts';
import { networkWorld } from './network.ts';

const kinds = [
  { kind: 'port', type: 'PortNotFound' },
  { kind: 'network', type: 'NetworkNotFound' },
] as const;

/** A world with a port and a network of project `a`, both of one id. */
async function worldWithBoth() {
  const world = networkWorld();
  world.rows.set(id(700), portWith());
  const network = { id: id(700), project_id: 'a' };
  await world.ask('admin@ops', 'POST', '/v2.0/networks', { body: { network } });
  return world;
}

const unwrapped = [{ data_plane_status: 'DOWN' }, {}, [], 7, null];

test.each(kinds.flatMap((kind) => unwrapped.map((body) => ({ ...kind, body }))))(
  'PUT on a $kind with $body: 404 if it is not there or foreign, 403 to readers, else 400',
  async ({ kind, type, body }) => {
    const { ask } = await worldWithBoth();
    for (const [who, which] of [
      ['admin@ops', `${kind}s`],
      ['admin@ops', id(1)],
      ['member@b', id(700)],
    ]) {
      const answer = await ask(String(who), 'PUT', `/v2.0/${kind}s/${which}`, { body });
      expect(answer).toMatchObject({ status: 404, body: { NeutronError: { type } } });
    }
    const path = `/v2.0/${kind}s/${id(700)}`;
    expect((await ask('reader@a', 'PUT', path, { body })).status).toBe(403);
    expect((await ask('member@a', 'PUT', path, { body })).status).toBe(400);
  },
);

test.each(kinds)('an error in the body of a new $kind is reported first', async ({ kind }) => {
  const { ask } = await worldWithBoth();
  for (const body of [{ [kind]: { foo: 1 } }, { [kind]: 7 }, { [`${kind}s`]: [] }]) {
    expect((await ask('admin@ops', 'PUT', `/v2.0/${kind}s/${id(1)}`, { body })).status).toBe(400);
  }
  const body = { [kind]: { name: 'x' } };
  expect((await ask('admin@ops', 'PUT', `/v2.0/${kind}s/${kind}s`, { body })).status).toBe(404);
});

test.each(kinds)('DELETE of a $kind with a body: 404, then 403, then 400', async ({ kind }) => {
  const { ask } = await worldWithBoth();
  const path = `/v2.0/${kind}s/${id(700)}`;
  const body = {};
  expect((await ask('admin@ops', 'DELETE', `/v2.0/${kind}s/${id(1)}`, { body })).status).toBe(404);
  expect((await ask('member@b', 'DELETE', path, { body })).status).toBe(404);
  expect((await ask('reader@a', 'DELETE', path, { body })).status).toBe(403);
  expect((await ask('member@a', 'DELETE', path, { body })).status).toBe(400);
  expect((await ask('member@a', 'DELETE', path)).status).toBe(204);
});
