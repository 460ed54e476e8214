/** Requests of clients beside those for servers: zones, flavors, and a new server. */
import { expect, test } from 'vitest';
import { downHost, hostWith } from '../../domain/rows.ts';
import { worldOf } from '../../flows/world.ts';
import { computeOf } from './surface.ts';

const everyone = ['admin', 'member', 'reader', 'memberOfB', 'service', 'unscoped'];
const versions = ['2.1', '2.61', '2.94'];

test.each(versions)('at %s every caller sees the zones of hosts, by name', async (version) => {
  const hosts = [
    hostWith({ zone: 'west', status: 'disabled' }),
    hostWith({ host: 'compute-2', zone: 'east' }),
    hostWith({ host: 'compute-3', zone: 'east', status: 'disabled' }),
    hostWith({ host: 'compute-4', zone: 'gone', deleted: true }),
  ];
  const ask = computeOf(worldOf({ hosts }));
  for (const as of everyone) {
    const answer = await ask('/v2.1/os-availability-zone', { as, version });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      availabilityZoneInfo: [
        { zoneName: 'east', zoneState: { available: true }, hosts: null },
        { zoneName: 'west', zoneState: { available: false }, hosts: null },
      ],
    });
  }
});

test('an administrator sees the hosts of each zone, a tenant is refused', async () => {
  const hosts = [hostWith(), downHost(1, { host: 'compute-2', status: 'disabled' })];
  const ask = computeOf(worldOf({ hosts }));
  const { body } = await ask('/v2.1/os-availability-zone/detail');
  const service = { active: true, available: true, updated_at: '2026-01-01T00:10:00.000000' };
  const failed = { active: false, available: false, updated_at: '2026-01-01T00:10:00.000000' };
  expect(body).toEqual({
    availabilityZoneInfo: [
      {
        zoneName: 'nova',
        zoneState: { available: true },
        hosts: {
          'compute-1': { 'nova-compute': service },
          'compute-2': { 'nova-compute': failed },
        },
      },
    ],
  });
  for (const as of ['member', 'reader', 'service', 'unscoped']) {
    expect((await ask('/v2.1/os-availability-zone/detail', { as })).status).toBe(403);
  }
});

test.each(versions)('at %s the list of flavors is empty', async (version) => {
  const ask = computeOf(worldOf());
  const query = { is_public: ['None'] };
  const list = await ask('/v2.1/flavors/detail', { as: 'member', version, query });
  expect(list).toMatchObject({ status: 200, body: { flavors: [] } });
  const one = await ask('/v2.1/flavors/m1.small', { as: 'member', version });
  expect(one).toMatchObject({ status: 404, body: { itemNotFound: { code: 404 } } });
});

test('POST servers answers 501 to members', async () => {
  const ask = computeOf(worldOf());
  const body = { server: { name: 'vm', flavorRef: '1' } };
  const made = await ask('/v2.1/servers', { method: 'POST', as: 'member', body });
  expect(made).toMatchObject({ status: 501, body: { notImplemented: { code: 501 } } });
  expect((await ask('/v2.1/servers', { method: 'POST', as: 'reader', body })).status).toBe(403);
});

test.each(['/v2.1/os-availability-zone', '/v2.1/flavors/detail', '/v2.1/flavors/1'])(
  '%s needs a token',
  async (path) => {
    expect((await computeOf(worldOf())(path, { as: '' })).status).toBe(401);
  },
);
