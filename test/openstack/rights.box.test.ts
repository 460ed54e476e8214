/**
 * The rights of the service user: each request that Doctor makes is allowed by the tutorial's list of
 * access rules, and not without its rule; and each needs a role of an administrator. The control
 * plane for tests alone, because the requests change a port and a service.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { cloudCompute } from '../../adapters/cloud/cloud-compute.ts';
import { CloudError } from '../../adapters/cloud/cloud-error.ts';
import { cloudInventory } from '../../adapters/cloud/cloud-inventory.ts';
import { cloudNetwork } from '../../adapters/cloud/cloud-network.ts';
import { readCloudSecret } from '../../adapters/cloud/cloud-secret.ts';
import { makeCloudSession } from '../../adapters/cloud/session.ts';
import type { CloudAnswer } from '../../domain/cloud/cloud-answer.ts';
import {
  type KeystoneUser,
  keystoneLogin,
  type MadeUser,
  makeCredential,
  makeUser,
} from '../../scripts/openstack/keystone.ts';
import { blocksOf } from '../docs/blocks.ts';
import { admin } from './cloud.ts';
import { cloudAsAdmin } from './nova.ts';

const Rule = z.object({ service: z.string(), method: z.string(), path: z.string() });
type Rule = z.infer<typeof Rule>;

/** The access rules that the tutorial gives the credential. */
function rulesOfTutorial(): readonly Rule[] {
  const { text = '' } =
    blocksOf('docs/tutorial/beside-openstack.md').find((block) =>
      /access-rules/.test(block.text),
    ) ?? {};
  const [, json = '[]'] = /<<'?EOF'?\n([\s\S]*?)\nEOF/.exec(text) ?? [];
  return z.array(Rule).parse(JSON.parse(json));
}
const rules = rulesOfTutorial();

let service: MadeUser;
let user: KeystoneUser;
/** A server, a port and a host of the cloud. The host has no servers and is up. */
let server = '';
let port = '';
const host = 'compute-3';

beforeAll(async () => {
  service = await makeUser(admin(), 'rights', 'admin');
  user = await keystoneLogin(service.cloud);
  const cloud = await cloudAsAdmin();
  [server = ''] = (await cloud.servers()).map(({ id }) => id);
  [port = ''] = (await cloud.ports()).map(({ id }) => id);
});
afterAll(() => service.remove());

/** A session of Doctor's with a credential of a user. */
async function sessionOf(by: KeystoneUser, allowed?: readonly Rule[]) {
  const { id, secret } = await makeCredential(by, randomUUID(), allowed);
  const { auth_url } = admin().auth;
  const { region_name } = admin();
  const credential = { application_credential_id: id, application_credential_secret: secret };
  const text = JSON.stringify({ auth_url, region_name, ...credential });
  return makeCloudSession({ secret: async () => readCloudSecret(text) });
}
const inventoryWith = async (by: KeystoneUser) =>
  cloudInventory(await sessionOf(by), () => new Date().toISOString());

/** Doctor's requests with a credential of a user, by their access rule. */
async function doctorWith(by: KeystoneUser, allowed?: readonly Rule[]) {
  const session = await sessionOf(by, allowed);
  const [compute, network] = [cloudCompute(session), cloudNetwork(session)];
  const inventory = cloudInventory(session, () => new Date().toISOString());
  const page = { marker: null, limit: 500 };
  const done = async (answer: Promise<CloudAnswer>): Promise<void> => {
    const { kind, ...rest } = await answer;
    if (kind !== 'accepted') throw new Error('reason' in rest ? rest.reason : kind);
  };
  /** An evacuation from a host that is up is refused for that: after the check of rights. */
  const evacuate = () =>
    done(compute.evacuateInCloud(server, null)).catch((error: unknown) => {
      if (!/still in use/.test(String(error))) throw error;
    });
  const requests: Readonly<Record<string, () => Promise<unknown>>> = {
    'GET /v2.1/os-services': () => inventory.services(),
    'GET /v2.1/os-hypervisors/detail': () => inventory.hypervisors(),
    'GET /v2.1/servers/detail': () => inventory.serverPage(page),
    'GET /v2.1/servers/{id}': () => compute.cloudServer(server),
    'GET /v2.1/os-migrations': () => compute.cloudEvacuations(server),
    'PUT /v2.1/os-services/{id}': async () =>
      done(compute.forceDown({ id: await serviceId(), forced_down: true }, false)),
    'POST /v2.1/servers/{id}/action': evacuate,
    'GET /v2.0/ports': () => inventory.portPage(page),
    'GET /v2.0/ports/{id}': () => inventory.hasPort(port),
    'PUT /v2.0/ports/{id}': () => done(network.setDataPlane(port, 'ACTIVE')),
  };
  return requests;
}

let idOfService: string | undefined;
async function serviceId(): Promise<string> {
  const found = (await (await cloudAsAdmin()).services()).find((each) => each.host === host);
  idOfService ??= found?.id;
  return idOfService ?? '';
}

/** The words with which a request failed; undefined if it succeeded. */
const refusal = (request: (() => Promise<unknown>) | undefined): Promise<string | undefined> =>
  (request?.() ?? Promise.reject(new Error('no such request'))).then(
    () => undefined,
    (error: unknown) =>
      error instanceof CloudError || error instanceof Error ? error.message : String(error),
  );
const nameOf = ({ method, path }: Rule): string => `${method} ${path}`;

test('the tutorial has a rule for each request, and no other', async () => {
  // The path of the list is one of those of a server.
  const list = 'GET /v2.1/servers/detail';
  const requests = Object.keys(await doctorWith(user)).filter((name) => name !== list);
  expect(rules.map(nameOf).sort()).toEqual(requests.sort());
});

test('with these rules, and the role admin, every request is allowed', async () => {
  const requests = await doctorWith(user, rules);
  for (const [name, request] of Object.entries(requests)) {
    expect([name, await refusal(request)]).toEqual([name, undefined]);
  }
});

test.each(rules.map((rule) => [nameOf(rule), rule] as const))(
  'without the rule %s its request is refused, with the request and 401',
  async (name, rule) => {
    const requests = await doctorWith(
      user,
      rules.filter((each) => each !== rule),
    );
    const said = await refusal(requests[name]);
    console.log(`${name}: ${said}`);
    expect(said).toMatch(/^[A-Z]+ (compute|network) \/\S+ was answered with 401/);
  },
);

describe.each(['member', 'reader'])('with the role %s in place of admin', (role) => {
  let made: MadeUser;
  let requests: Awaited<ReturnType<typeof doctorWith>>;
  beforeAll(async () => {
    made = await makeUser(admin(), role, role);
    requests = await doctorWith(await keystoneLogin(made.cloud));
  });
  afterAll(() => made.remove());

  test.each([
    ...['GET /v2.1/os-services', 'GET /v2.1/os-hypervisors/detail', 'GET /v2.1/servers/detail'],
    ...['GET /v2.1/os-migrations', 'PUT /v2.1/os-services/{id}'],
  ])('%s is refused, with the request, 403 and the name of the policy', async (name) => {
    const said = await refusal(requests[name]);
    console.log(`${role} ${name}: ${said}`);
    expect(said).toMatch(/was answered with 403: .*os_compute_api:/);
  });

  test.each(['POST /v2.1/servers/{id}/action', 'PUT /v2.0/ports/{id}'])(
    '%s does not find what belongs to other projects',
    async (name) => {
      const said = await refusal(requests[name]);
      console.log(`${role} ${name}: ${said}`);
      expect(said).toMatch(/was answered with 40[34]/);
    },
  );
});

test('Nova shows the MAC address of each port of a server, by which a hidden port is known to exist', async () => {
  const cloud = await cloudAsAdmin();
  const plugged = (await cloud.ports()).filter(({ device_owner }) =>
    /^compute:/.test(device_owner),
  );
  expect(plugged.length).toBeGreaterThan(0);
  const reader = await inventoryWith(user);
  for (const { device_id, mac_address } of plugged) {
    expect([...(await reader.macsOfServer(device_id))]).toContain(mac_address);
  }
});

test('the role data_plane_integrator alone sees no port of other projects', async () => {
  const keystone = await keystoneLogin(admin());
  const name = 'data_plane_integrator';
  // 409 if the cloud has it.
  await keystone.call('POST', '/roles', { role: { name } });
  const made = await makeUser(admin(), 'integrator', name);
  const requests = await doctorWith(await keystoneLogin(made.cloud));
  expect(await refusal(requests['PUT /v2.0/ports/{id}'])).toMatch(/was answered with 404/);
  await made.remove();
});
