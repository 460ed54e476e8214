import { beforeEach, expect, test } from 'vitest';
import { fullAddresses } from '../../../../functions/compute/servers/address-view.ts';
import { hostWith, id, instanceWith } from '../../../domain/rows.ts';
import { type World, worldOf } from '../../../flows/world.ts';
import { computeOf, projectA } from '../surface.ts';

const mac = 'OS-EXT-IPS-MAC:mac_addr';
const type = 'OS-EXT-IPS:type';
const addresses = {
  private: [
    { addr: '10.0.0.4', version: 4 as const },
    { addr: '2001:db8::4', version: 6 as const },
  ],
  public: [
    {
      addr: '192.0.2.4',
      version: 4 as const,
      [type]: 'floating' as const,
      [mac]: '02:00:00:00:00:01',
    },
    { addr: '192.0.2.5', version: 4 as const },
  ],
};

let world: World;
let ask: ReturnType<typeof computeOf>;
beforeEach(() => {
  world = worldOf({
    hosts: [hostWith()],
    instances: [
      instanceWith({ project_id: projectA, addresses }),
      instanceWith({ uuid: id(20), project_id: projectA, addresses }),
    ],
  });
  ask = computeOf(world);
});
const server = `/v2.1/servers/${id(10)}`;

test('every address has a type and a MAC address, registered or made up', () => {
  const shown = fullAddresses(instanceWith({ addresses }));
  const made = shown.private?.[0]?.[mac];
  expect(made).toMatch(/^fa:16:3e(:[0-9a-f]{2}){3}$/);
  expect(shown).toEqual({
    private: addresses.private.map((each) => ({ ...each, [type]: 'fixed', [mac]: made })),
    public: [
      addresses.public[0],
      { ...addresses.public[1], [type]: 'fixed', [mac]: '02:00:00:00:00:01' },
    ],
  });
});

test('a made-up MAC address is always the same for a server and a network', () => {
  const of = (uuid: string, network: string) =>
    fullAddresses({ uuid, addresses: { [network]: addresses.private } })[network]?.[0]?.[mac];
  expect(of(id(10), 'a')).toBe(of(id(10), 'a'));
  expect(new Set([of(id(10), 'a'), of(id(10), 'b'), of(id(20), 'a')]).size).toBe(3);
});

test.each(['2.1', '2.94'])('at %s servers are shown with these addresses', async (version) => {
  const one = await ask(server, { version });
  expect(one.body).toMatchObject({ server: { addresses: { private: [{ [type]: 'fixed' }, {}] } } });
  const list = await ask('/v2.1/servers/detail', { version });
  expect(JSON.stringify(list.body)).toContain('"fa:16:3e:');
});

test('ips shows only addresses and versions, of all networks or of one', async () => {
  const brief = (list: typeof addresses.private) =>
    list.map(({ addr, version }) => ({ version, addr }));
  const all = await ask(`${server}/ips`, { as: 'reader' });
  expect(all.status).toBe(200);
  expect(all.body).toEqual({
    addresses: { private: brief(addresses.private), public: brief(addresses.public) },
  });
  const one = await ask(`${server}/ips/private`, { as: 'reader' });
  expect(one.body).toEqual({ private: brief(addresses.private) });
});

test.each([
  ['reader', `${server}/ips/nowhere`],
  ['reader', `${server}/ips/__proto__`],
  ['reader', `/v2.1/servers/${id(404)}/ips`],
  ['memberOfB', `${server}/ips`],
  ['memberOfB', `${server}/ips/private`],
])('for a %s %s is not found', async (as, path) => {
  expect((await ask(path, { as })).status).toBe(404);
});

test.each([
  ['2.22', 'admin', '', 404],
  ['2.23', 'admin', '', 200],
  ['2.94', 'admin', '', 200],
  ['2.94', 'admin', '/1', 404],
  ['2.94', 'member', '', 403],
  ['2.94', 'memberOfB', '', 404],
])('at %s the live migrations are shown to %s (%s): %i', async (version, as, end, status) => {
  const answer = await ask(`${server}/migrations${end}`, { version, as });
  expect(answer.status).toBe(status);
  if (status === 200) expect(answer.body).toEqual({ migrations: [] });
});
