/** A stack with the settings `cloud` and `inventoryFromEvents`, and the stand-in of a cloud beside it. */
import { randomUUID } from 'node:crypto';
import { InvokeCommand, LambdaClient, paginateListFunctions } from '@aws-sdk/client-lambda';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { expect } from 'vitest';
import * as z from 'zod';
import { readAccount } from '../../scripts/stack/accounts.ts';
import { region, rootCredentials } from '../../scripts/stack/ministack.ts';
import { callOf } from '../cloud/calls.ts';
import { cloudListings } from '../cloud/listings.ts';
import { standIn } from '../cloud/stand-in.ts';
import { type KeptStack, reportDown } from './kept-stack.ts';
import { run } from './spawned.ts';

/** The value of `DOCTOR_SETTINGS`. `standInFor` creates the secret with this name. */
export const cloudSettings = 'cloud=doctor/cloud inventoryFromEvents=true';

/** The hosts that the stand-in has. */
export const cloudHosts = ['cloud-1', 'cloud-2'] as const;

/** A cloud without servers, and its secret in the stack. */
export async function standInFor(stack: KeptStack, hosts: readonly string[] = cloudHosts) {
  const cloud = await standIn();
  const lists = cloudListings(cloud, hosts);
  const { endpoint } = stack.state();
  const secrets = new SecretsManagerClient({ endpoint, region, credentials: rootCredentials });
  const SecretString = JSON.stringify(cloud.secret);
  await secrets.send(new CreateSecretCommand({ Name: 'doctor/cloud', SecretString }));
  secrets.destroy();
  return {
    ...{ ...lists, stop: cloud.stop, mostInFlight: cloud.mostInFlight },
    /** The requests to Nova and Neutron that were no reads, as `PUT /compute/v2.1/os-services/{id}`. */
    changes: (): readonly string[] => [
      ...new Set(
        cloud.requests
          .filter(({ method, path }) => method !== 'GET' && !path.startsWith('/identity'))
          .map(callOf),
      ),
    ],
    /** Makes Nova and Neutron stop answering, until they are back. */
    out: () =>
      cloud.disturb({ path: /^\/(compute|network)/, how: 'refuse', status: 503, times: 1e6 }),
    back: () => cloud.calm(),
  };
}

const Row = z.record(z.string(), z.unknown());

/** Invokes a function as its schedule does, once. The emulator's own schedule may take a minute. */
export async function startScheduled(stack: KeptStack, name: string): Promise<void> {
  const { endpoint } = stack.state();
  const client = new LambdaClient({ endpoint, region, credentials: rootCredentials });
  for await (const { Functions = [] } of paginateListFunctions({ client }, {})) {
    for (const { FunctionName, Environment } of Functions) {
      if (Environment?.Variables?.POWERTOOLS_SERVICE_NAME !== name) continue;
      const Payload = JSON.stringify({ time: new Date().toISOString() });
      const { FunctionError } = await client.send(new InvokeCommand({ FunctionName, Payload }));
      expect(FunctionError).toBeUndefined();
    }
  }
  client.destroy();
}

/** Adds a host to the cloud, and to Doctor, where it fails before Doctor knows of the cloud. */
export async function failedBefore(
  stack: KeptStack,
  { services }: Pick<ReturnType<typeof cloudListings>, 'services'>,
  host: string,
): Promise<void> {
  services.push({ id: `service-${host}`, host, zone: 'az-1', forced_down: false });
  const admin = await stack.login('admin');
  await admin.expect('PUT', `/doctor/v1/hosts/${host}`, { body: { zone: 'nova' } });
  await reportDown(admin, host);
}

/** Runs `doctor` as a user of the stack types it. Its exit status, and the JSON that it prints. */
export async function doctor(stack: KeptStack, who: 'admin' | 'tenant-a', ...args: string[]) {
  const { username, password, project } = readAccount(who, stack.dir);
  const { ended, output } = run(['node', 'cli/doctor.ts', ...args, '-f', 'json'], {
    ...{ OS_AUTH_URL: `${stack.state().outputs?.ApiUrl}/identity/v3`, OS_REGION_NAME: 'RegionOne' },
    ...{ OS_USERNAME: username, OS_PASSWORD: password, OS_PROJECT_NAME: project },
  });
  const status = await ended;
  const text = output();
  // The progress bar of a walk is printed before the result.
  const json = text.slice(Math.max(text.search(/^[[{]/m), 0));
  return { status, text, shown: () => z.union([Row, z.array(Row)]).parse(JSON.parse(json)) };
}

const Instance = z.object({
  server: z.looseObject({ status: z.string(), 'OS-EXT-SRV-ATTR:host': z.string() }),
});
const PortBody = z.object({ port: z.looseObject({ 'binding:host_id': z.string() }) });

const Outcome = z.object({ change: z.string(), state: z.string(), reason: z.string().nullable() });
const Faults = z.object({ faults: z.array(z.object({ applied_to_cloud: Outcome })) });

/** The servers, ports and hosts that the administrator sees; undefined for those that do not exist. */
export async function seenIn(stack: KeptStack) {
  const admin = await stack.login('admin');
  const get = async (path: string): Promise<unknown> => {
    const { status, body } = await admin.call('GET', path);
    expect([200, 404]).toContain(status);
    return status === 200 ? body : undefined;
  };
  const host = async (name: string) => (await get(`/doctor/v1/hosts/${name}`)) !== undefined;
  const server = async (id: string) => {
    const body = await get(`/compute/v2.1/servers/${id}`);
    if (body === undefined) return undefined;
    const { status, 'OS-EXT-SRV-ATTR:host': on } = Instance.parse(body).server;
    return `${status} on ${on}`;
  };
  const port = async (id: string) => {
    const body = await get(`/network/v2.0/ports/${id}`);
    return body === undefined ? undefined : PortBody.parse(body).port['binding:host_id'];
  };
  /**
   * The outcomes in the cloud of a host's fault and of its data plane's fault; `refused` if the
   * cloud refused one.
   */
  const applied = async (name: string) => {
    const { faults } = Faults.parse(await get(`/doctor/v1/faults?host=${name}&status=all`));
    return faults.map(({ applied_to_cloud: { change, state, reason } }) =>
      reason === null ? `${change} ${state}` : `${change} ${state}, refused`,
    );
  };
  /** Reports a host down or up. */
  const force = (name: string, down: boolean) => reportDown(admin, name, down);
  /** The same, and the data plane of its ports. */
  const report = async (name: string, down: boolean) => {
    await force(name, down);
    const body = { data_plane_status: down ? 'DOWN' : 'ACTIVE' };
    await admin.expect('PUT', `/doctor/v1/hosts/${name}/data-plane-status`, { body });
  };
  /** Sends an event as Ceilometer does. `second` orders the events of a resource. */
  const send = async (event_type: string, second: number, traits: Record<string, string>) => {
    const generated = new Date(Date.UTC(2026, 0, 2, 0, 0, second)).toISOString().slice(0, -1);
    const body = {
      ...{ message_id: randomUUID(), event_type, generated, raw: {} },
      traits: Object.entries(traits).map(([name, value]) => [name, 1, value]),
    };
    expect((await admin.call('POST', '/doctor/v1/events', { body })).status).toBe(202);
  };
  return { host, server, port, applied, force, report, send };
}
