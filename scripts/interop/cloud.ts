/** Creates the hosts and servers of the programs, and reads their state. */
import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { Client } from '../stack/api.ts';
import { Refusal } from '../stack/progress.ts';
import type { World } from './program.ts';

const newest = { 'OpenStack-API-Version': 'compute 2.94' };

/** Registers a host under a new name. Returns the name. */
export async function newHost(
  admin: Client,
  kind: string,
  facts: Record<string, unknown> = {},
): Promise<string> {
  const host = `${kind}-${randomUUID().slice(0, 8)}`;
  await admin.expect('PUT', `/doctor/v1/hosts/${host}`, { body: { zone: 'nova', ...facts } });
  return host;
}

/** Registers an active server on a host. Returns its id. */
export async function newServer(admin: Client, host: string): Promise<string> {
  const id = randomUUID();
  const body = { name: `on-${host}`, project_id: admin.projectId, host, vm_state: 'active' };
  await admin.expect('PUT', `/doctor/v1/servers/${id}`, { body });
  return id;
}

/** A host with an active server, and another host to which it can move. */
export async function hostToLeave(
  { admin, names }: World,
  kind: string,
  facts: Record<string, unknown> = {},
): Promise<{ host: string; server: string }> {
  const host = await newHost(admin, kind, facts);
  const target = await newHost(admin, `${kind}-target`);
  const server = await newServer(admin, host);
  const { id: service } = await serviceOf(admin, host);
  Object.assign(names, { host, target, server, service });
  return { host, server };
}

const Service = z.object({ id: z.string(), state: z.string(), status: z.string() });
const Services = z.object({ services: z.array(Service) });

/** The nova-compute service of a host. */
export async function serviceOf(admin: Client, host: string): Promise<z.infer<typeof Service>> {
  const { body } = await admin.expect('GET', `/compute/v2.1/os-services?host=${host}`, {
    headers: newest,
  });
  const [service] = Services.parse(body).services;
  if (!service) throw new Refusal(`${host} has no service`);
  return service;
}

/** Reports a host down, as a monitor does that has fenced it. */
export async function forceDown(admin: Client, host: string): Promise<void> {
  const { id } = await serviceOf(admin, host);
  const body = { forced_down: true };
  await admin.expect('PUT', `/compute/v2.1/os-services/${id}`, { headers: newest, body });
}

const Server = z.object({
  server: z.looseObject({
    status: z.string(),
    locked: z.boolean().optional(),
    'OS-EXT-SRV-ATTR:host': z.string().nullable(),
  }),
});

/** The host and the status of a server, and whether it is locked. */
export async function serverOf(admin: Client, id: string) {
  const { body } = await admin.expect('GET', `/compute/v2.1/servers/${id}`, { headers: newest });
  const { server } = Server.parse(body);
  return {
    host: server['OS-EXT-SRV-ATTR:host'],
    status: server.status,
    locked: server.locked ?? false,
  };
}

/**
 * Checks that a server has left a host, has a status and is not locked. Returns a sentence that
 * says where it is. @throws Error if it is not so.
 */
export async function expectMoved(
  admin: Client,
  id: string,
  from: string,
  status: 'ACTIVE' | 'SHUTOFF',
): Promise<string> {
  const server = await serverOf(admin, id);
  if (server.host === from) throw new Refusal(`its server is still on ${from}`);
  if (server.status !== status) throw new Refusal(`its server is ${server.status}, not ${status}`);
  if (server.locked) throw new Refusal('its server is still locked');
  return `a server moved and is ${status}`;
}
