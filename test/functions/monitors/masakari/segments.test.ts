import { expect, test } from 'vitest';
import { segmentId } from '../../../../domain/ids.ts';
import { id } from '../../../domain/rows.ts';
import { instanceHaWorld } from './surface.ts';

const west = `/v1/segments/${segmentId('west')}`;

test('there is one segment for each zone', async () => {
  const { ask } = instanceHaWorld();
  expect(await ask('admin', 'GET', '/v1/segments')).toMatchObject({
    status: 200,
    body: {
      segments: [
        { name: 'nova', uuid: segmentId('nova'), recovery_method: 'auto', enabled: true },
        { name: 'west', uuid: segmentId('west'), service_type: 'COMPUTE' },
      ],
    },
  });
  const limited = await ask('admin', 'GET', '/v1/segments', { query: { limit: ['1'] } });
  expect(limited.body).toMatchObject({ segments: [{ name: 'nova' }] });
  const query = { marker: [segmentId('nova')] };
  const rest = await ask('admin', 'GET', '/v1/segments', { query });
  expect(rest.body).toMatchObject({ segments: [{ name: 'west' }] });
});

test('a segment has the hosts of its zone', async () => {
  const { ask } = instanceHaWorld();
  expect((await ask('admin', 'GET', west)).body).toMatchObject({ segment: { name: 'west' } });
  const host = {
    uuid: id(32),
    name: 'compute-2',
    on_maintenance: true,
    failover_segment_id: segmentId('west'),
    failover_segment: { name: 'west' },
  };
  expect((await ask('admin', 'GET', `${west}/hosts`)).body).toMatchObject({ hosts: [host] });
  expect((await ask('admin', 'GET', `${west}/hosts/${id(32)}`)).body).toMatchObject({ host });
});

test.each([
  [`/v1/segments/${id(9)}`, 'No failover segment'],
  [`/v1/segments/${id(9)}/hosts`, 'No failover segment'],
  [`${west}/hosts/${id(9)}`, 'Host'],
])('%s is a 404', async (path, words) => {
  const { ask } = instanceHaWorld();
  const { status, body } = await ask('admin', 'GET', path);
  expect(status).toBe(404);
  expect(body).toEqual({ itemNotFound: { code: 404, message: expect.stringContaining(words) } });
});

test('segments can only be read, by those who may read hosts', async () => {
  const { ask } = instanceHaWorld();
  expect((await ask('admin', 'POST', '/v1/segments', { body: {} })).status).toBe(405);
  expect((await ask('member', 'GET', '/v1/segments')).status).toBe(403);
});

test('the version document names 1.3, which the client pins', async () => {
  const { ask } = instanceHaWorld();
  expect((await ask('', 'GET', '/v1')).body).toEqual({
    version: {
      id: 'v1.0',
      status: 'CURRENT',
      version: '1.3',
      min_version: '1.0',
      updated: '2016-07-01T11:33:21Z',
      links: [{ rel: 'self', href: 'https://api.test/api/instance-ha/v1/' }],
      'media-types': [
        { base: 'application/json', type: 'application/vnd.openstack.masakari+json;version=1' },
      ],
    },
  });
  expect(await ask('', 'GET', '')).toMatchObject({
    status: 200,
    body: { versions: [{ id: 'v1.0' }] },
  });
});
