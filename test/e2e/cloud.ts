/** Common steps of tests of the deployed stack, as clients do them; every name is new. */
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import * as z from 'zod';
import { nameId } from '../../domain/ids.ts';
import { type Answer, type Client, login, loginAs } from '../stack/stack.ts';

/** A name that no other test uses. */
export const newName = (kind: string): string => `${kind}-${randomUUID().slice(0, 8)}`;

/** The headers that request a microversion, as current clients send them. */
export const at = (version: string): Record<string, string> => ({
  'OpenStack-API-Version': `compute ${version}`,
  'X-OpenStack-Nova-API-Version': version,
});

export type Cloud = { readonly admin: Client; readonly a: Client; readonly b: Client };

/** Clients of the administrator, and of a member of each of two projects. */
export async function logins(): Promise<Cloud> {
  const [admin, a, b] = await Promise.all([login('admin'), login('tenant-a'), login('tenant-b')]);
  return { admin, a, b };
}

/** Registers a host. Returns its name. */
export async function newHost(admin: Client, host = newName('cmp')): Promise<string> {
  await admin.expect('PUT', `/doctor/v1/hosts/${host}`, { body: { zone: 'nova' } });
  return host;
}

/** The facts of an instance as a feed reports them. */
export const instanceBody = (facts: Record<string, unknown>): Record<string, unknown> => ({
  name: newName('vnf'),
  user_id: 'user-1',
  vm_state: 'active',
  ...facts,
});

/** Registers an instance. Returns its id. */
export async function newInstance(
  admin: Client,
  facts: Record<string, unknown>,
  id: string = randomUUID(),
): Promise<string> {
  await admin.expect('PUT', `/doctor/v1/servers/${id}`, { body: instanceBody(facts) });
  return id;
}

const Shown = z.object({ server: z.looseObject({ status: z.string() }) });

/** A server as a user sees it. */
export async function serverOf(client: Client, id: string, version = '2.94') {
  const answer = await client.expect('GET', `/compute/v2.1/servers/${id}`, {
    headers: at(version),
  });
  return Shown.parse(answer.body).server;
}

/** Its three states, as Nova names them: `vm_state`, `power_state`, `task_state`, and its status. */
export async function statesOf(client: Client, id: string): Promise<unknown[]> {
  const server = await serverOf(client, id);
  const [vm, power, task] = ['vm_state', 'power_state', 'task_state'].map(
    (name) => server[`OS-EXT-STS:${name}`],
  );
  return [vm, power, task, server.status];
}

const Services = z.object({ services: z.array(z.looseObject({ id: z.string() })) });

/** A host's nova-compute service, as an administrator sees it. */
export async function serviceOf(admin: Client, host: string, version = '2.94') {
  const path = `/compute/v2.1/os-services?host=${host}&binary=nova-compute`;
  const { body } = await admin.expect('GET', path, { headers: at(version) });
  const [service] = Services.parse(body).services;
  if (!service) throw new Error(`host ${host} has no service`);
  return service;
}

/** Reports a host down or up by its name, as clients do below 2.53. */
export const forceDown = (client: Client, host: string, forced_down = true): Promise<Answer> =>
  client.call('PUT', '/compute/v2.1/os-services/force-down', {
    headers: at('2.11'),
    body: { host, binary: 'nova-compute', forced_down },
  });

/** Updates a service by its id, as clients do from 2.53 on. */
export const updateService = (client: Client, id: string, update: unknown): Promise<Answer> =>
  client.call('PUT', `/compute/v2.1/os-services/${id}`, { headers: at('2.53'), body: update });

type Condition = { field: string; op?: string; type?: string; value: string };

/** An alarm as Aodh's clients file it: an instance is named by a condition. */
export const eventAlarm = (query: readonly Condition[], rest: Record<string, unknown> = {}) => ({
  name: newName('alarm'),
  type: 'event',
  severity: 'critical',
  event_rule: {
    event_type: 'compute.instance.update',
    query: query.map((condition) => ({ op: 'eq', type: 'string', ...condition })),
  },
  ...rest,
});

/** The conditions for an instance that has stopped. */
export const stopped = (id: string): Condition[] => [
  { field: 'traits.instance_id', value: id },
  { field: 'traits.state', value: 'stopped' },
];

const AlarmView = z.looseObject({ alarm_id: z.uuid(), state: z.string() });

/** Creates an alarm. Returns its id. */
export async function newAlarm(client: Client, body: unknown): Promise<string> {
  const answer = await client.expect('POST', '/alarming/v2/alarms', { body });
  return AlarmView.parse(answer.body).alarm_id;
}

export async function alarmOf(client: Client, id: string) {
  return AlarmView.parse((await client.expect('GET', `/alarming/v2/alarms/${id}`)).body);
}

/** An event as Ceilometer posts one, of an instance of a project. */
export const outsideEvent = (
  traits: Readonly<Record<string, string>>,
  event_type = 'compute.instance.update',
) => ({
  message_id: randomUUID(),
  event_type,
  generated: '2026-01-01T08:30:00.123456',
  traits: Object.entries(traits).map(([name, value]) => [name, 1, value]),
  raw: {},
});

/** Fails, showing the answer, unless the status is the expected one. */
export function expectStatus(answer: Answer, status: number): void {
  expect({ status: answer.status, body: answer.body }).toMatchObject({ status });
}

/** The password of users that tests make. */
export const userPassword = 'correct horse';

/** Makes a user with roles in a project, its own if none is named, and logs it in. */
export async function newUser(admin: Client, roles: readonly string[], project?: string) {
  const name = newName('user');
  const projects = [{ name: project ?? name, roles }];
  const body = { password: userPassword, projects };
  await admin.expect('PUT', `/doctor/v1/users/${name}`, { body });
  const account = { username: name, password: userPassword, project: project ?? name };
  const client = await loginAs(account);
  return { name, id: nameId('user', name), client, token: client.token };
}
