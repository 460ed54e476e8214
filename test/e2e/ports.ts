/** Common steps of tests of ports, as clients do them. */
import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { Answer, Client } from '../stack/stack.ts';
import { eventAlarm, newAlarm, newName } from './cloud.ts';

export const ports = '/network/v2.0/ports';

const Port = z.looseObject({ id: z.string(), revision_number: z.int() });
const Ports = z.object({ ports: z.array(z.looseObject({ id: z.string() })) });

/** Creates a port on a new network. Returns its id. */
export async function newPort(client: Client, given: object = {}): Promise<string> {
  const port = { network_id: randomUUID(), name: newName('port'), ...given };
  const { body } = await client.expect('POST', ports, { body: { port } });
  return z.object({ port: Port }).parse(body).port.id;
}

/** A port as a user sees it. */
export async function portOf(client: Client, id: string) {
  return z.object({ port: Port }).parse((await client.expect('GET', `${ports}/${id}`)).body).port;
}

/** The ids of a list, in its order. */
export async function listed(client: Client, query = ''): Promise<string[]> {
  const { body } = await client.expect('GET', `${ports}${query}`);
  return Ports.parse(body).ports.map(({ id }) => id);
}

export const putPort = (
  client: Client,
  id: string,
  port: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> => client.call('PUT', `${ports}/${id}`, { body: { port }, headers });

/** Reports on all ports of a host. */
export const reportHost = (
  client: Client,
  host: string,
  data_plane_status: 'ACTIVE' | 'DOWN' | null,
): Promise<Answer> =>
  client.call('PUT', `/doctor/v1/hosts/${host}/data-plane-status`, { body: { data_plane_status } });

/** Creates an alarm on each change of a data plane that meets the conditions. Returns its id. */
export const toggleAlarm = (
  client: Client,
  conditions: Readonly<Record<string, string>>,
  event_type = 'port.data_plane_status.update',
): Promise<string> => {
  const query = Object.entries(conditions).map(([name, value]) => ({
    ...{ field: `traits.${name}`, op: 'eq', type: 'string', value },
  }));
  return newAlarm(client, {
    ...eventAlarm([], { repeat_actions: true }),
    event_rule: { event_type, query },
  });
};
