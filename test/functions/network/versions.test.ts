import { expect, test } from 'vitest';
import { extensions } from '../../../functions/network/extensions.ts';
import { networkWorld } from './network.ts';

const { ask } = networkWorld();
const version = {
  id: 'v2.0',
  status: 'CURRENT',
  links: [{ rel: 'self', href: 'https://api.test/api/network/v2.0/' }],
};

test.each(['', '/'])('the versions are shown at %s| without a token', async (path) => {
  expect(await ask('', 'GET', path)).toMatchObject({ status: 200, body: { versions: [version] } });
});

test.each(['/v2.0', '/v2.0/'])(
  'the resources are shown at %s, beside the version',
  async (path) => {
    const { status, body } = await ask('', 'GET', path);
    expect(status).toBe(200);
    expect(body).toEqual({
      version,
      resources: ['port', 'network', 'extension'].map((name) => ({
        ...{ name, collection: `${name}s` },
        links: [{ rel: 'self', href: `https://api.test/api/network/v2.0/${name}s` }],
      })),
    });
  },
);

test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])(
  '%s of a version document is a 405, with or without a token',
  async (method) => {
    for (const who of ['', 'admin@ops']) {
      for (const path of ['/', '/v2.0/']) {
        expect((await ask(who, method, path)).status).toBe(405);
      }
    }
  },
);

test('extensions are shown to any valid token, and to no other', async () => {
  const { body } = await ask('reader@a', 'GET', '/v2.0/extensions');
  expect(Object(body).extensions).toHaveLength(extensions.length);
  for (const { alias } of extensions) {
    const one = await ask('data_plane_integrator@a', 'GET', `/v2.0/extensions/${alias}`);
    expect(one.body).toMatchObject({ extension: { alias, links: [] } });
  }
  expect((await ask('', 'GET', '/v2.0/extensions')).status).toBe(401);
});

test.each(['data_plane_status', 'port_data_plane_status', 'x'])('%s is no alias', async (alias) => {
  const { status, body } = await ask('reader@a', 'GET', `/v2.0/extensions/${alias}`);
  expect(status).toBe(404);
  expect(body).toMatchObject({ NeutronError: { type: 'ExtensionNotFound', detail: '' } });
});

test('a slash or .json at the end of a path is tolerated', async () => {
  for (const path of ['/v2.0/ports/', '/v2.0/ports.json', '/v2.0/extensions/binding.json']) {
    expect((await ask('reader@a', 'GET', path)).status).toBe(200);
  }
});

test.each([
  { method: 'HEAD', path: '/v2.0/ports' },
  { method: 'PATCH', path: '/v2.0/ports/x' },
  { method: 'PUT', path: '/v2.0/ports' },
])('$method $path is a 405', async ({ method, path }) => {
  const answer = await ask('admin@ops', method, path);
  expect(answer.status).toBe(405);
  if (method !== 'HEAD') {
    expect(answer.body).toMatchObject({ NeutronError: { type: 'HTTPMethodNotAllowed' } });
  }
});

test('an unknown path is a 404, and without a token a 401', async () => {
  expect((await ask('admin@ops', 'GET', '/v2.0/routers')).body).toEqual({
    NeutronError: {
      ...{ type: 'HTTPNotFound', message: 'The resource could not be found.', detail: '' },
    },
  });
  const { status, headers, body } = await ask('', 'GET', '/v2.0/ports');
  expect(status).toBe(401);
  expect(headers['WWW-Authenticate']).toBe('Keystone uri="https://api.test/api/identity"');
  expect(headers['x-openstack-request-id']).toMatch(/^req-/);
  expect(body).toMatchObject({ error: { code: 401, title: 'Unauthorized' } });
});
