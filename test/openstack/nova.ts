/** Reads of a real cloud's Nova and Neutron, as its administrator. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import type { Cloud } from '../../scripts/openstack/cloud-account.ts';
import { keystoneLogin } from '../../scripts/openstack/keystone.ts';
import { request } from '../../scripts/stack/api.ts';
import { admin, box } from './cloud.ts';

const Server = z
  .looseObject({
    ...{ id: z.string(), name: z.string(), status: z.string(), tenant_id: z.string() },
    ...{ user_id: z.string(), 'OS-EXT-SRV-ATTR:host': z.string().nullable() },
    ...{ 'OS-EXT-STS:vm_state': z.string(), 'OS-SRV-USG:launched_at': z.string().nullable() },
  })
  .transform(({ 'OS-EXT-SRV-ATTR:host': host, 'OS-EXT-STS:vm_state': vm_state, ...rest }) => ({
    ...{ ...rest, host, vm_state, launched_at: rest['OS-SRV-USG:launched_at'] },
  }));
const Port = z.looseObject({
  ...{ id: z.string(), network_id: z.string(), project_id: z.string(), device_id: z.string() },
  ...{ device_owner: z.string(), mac_address: z.string(), 'binding:host_id': z.string() },
  data_plane_status: z.enum(['ACTIVE', 'DOWN']).nullable(),
});
const Service = z.looseObject({ id: z.string(), host: z.string(), forced_down: z.boolean() });

/** A user of the box's `clouds.yaml`, such as alice of the project red. */
export function userOf(name: string): Cloud {
  const text = readFileSync(join(box().state, 'clouds.yaml'), 'utf8');
  const Login = z.looseObject({ region_name: z.string(), auth: z.record(z.string(), z.string()) });
  const found = z.object({ clouds: z.record(z.string(), Login) }).parse(parse(text)).clouds[name];
  const login = { ...admin().auth, ...found?.auth };
  return { region_name: found?.region_name ?? '', auth: login };
}

/** The cloud as its administrator sees it. */
export async function cloudAsAdmin() {
  const { token, expect: keystone } = await keystoneLogin(admin());
  const { body } = await keystone('GET', '/auth/catalog');
  const Endpoints = z.array(z.object({ interface: z.string(), url: z.string() }));
  const { catalog } = z
    .object({ catalog: z.array(z.object({ type: z.string(), endpoints: Endpoints })) })
    .parse(body);
  const urlOf = (type: string): string =>
    catalog
      .filter((each) => each.type === type)
      .flatMap(({ endpoints }) => endpoints)
      .find((each) => each.interface === 'public')?.url ?? '';
  const get = async (url: string): Promise<unknown> => {
    const headers = { 'x-auth-token': token, 'openstack-api-version': 'compute 2.94' };
    const answer = await request(url, 'GET', { headers });
    if (answer.status !== 200) throw new Error(`${url}: ${answer.status}`);
    return answer.body;
  };
  const nova = urlOf('compute');
  const neutron = `${urlOf('network').replace(/\/$/, '')}/v2.0`;
  return {
    servers: async () =>
      z
        .object({ servers: z.array(Server) })
        .parse(await get(`${nova}/servers/detail?all_tenants=1`)).servers,
    services: async () =>
      z
        .object({ services: z.array(Service) })
        .parse(await get(`${nova}/os-services?binary=nova-compute`)).services,
    ports: async () =>
      z.object({ ports: z.array(Port) }).parse(await get(`${neutron}/ports`)).ports,
  };
}
export type CloudView = Awaited<ReturnType<typeof cloudAsAdmin>>;
