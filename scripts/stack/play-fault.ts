import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { readAccount } from './accounts.ts';
import { type Client, login } from './api.ts';
import type { Stack } from './bring-up.ts';
import { type Received, subscribe } from './subscriber.ts';

/** How long to wait for the notification; the target is one second. */
const patienceMs = 15_000;

const say = (line: string): void => console.log(`  ${line}`);

/** A server that a tenant runs on a host. */
const server = (name: string, host: string, project: string) => ({
  name,
  host,
  project_id: project,
  user_id: 'demo',
  vm_state: 'active',
  power_state: 1,
  task_state: null,
});

/** An alarm with a rule like those that Aodh's clients send. */
const alarm = (name: string, serverId: string) => ({
  name,
  type: 'event',
  severity: 'critical',
  event_rule: {
    event_type: 'compute.instance.update',
    query: [
      { field: 'traits.instance_id', op: 'eq', type: 'string', value: serverId },
      { field: 'traits.state', op: 'eq', type: 'string', value: 'stopped' },
    ],
  },
});

const Shown = z.object({ server: z.object({ status: z.string() }) });
const Services = z.object({ services: z.array(z.object({ id: z.string() })) });
const Made = z.object({ alarm_id: z.string() });

async function statusOf(tenant: Client, id: string): Promise<string> {
  const { body } = await tenant.expect('GET', `/compute/v2.1/servers/${id}`);
  return Shown.parse(body).server.status;
}

const services = '/compute/v2.1/os-services';
const latest = { headers: { 'X-OpenStack-Nova-API-Version': '2.53' } };

/** The services of a host, as the administrator sees them. */
async function servicesOf(admin: Client, host: string) {
  const { body } = await admin.expect('GET', `${services}?host=${host}`, latest);
  return Services.parse(body).services;
}

/** In Nova's API, deleting the service removes the host. */
async function deleteService(admin: Client, host: string): Promise<void> {
  for (const { id } of await servicesOf(admin, host)) {
    await admin.expect('DELETE', `${services}/${id}`, latest);
  }
}

/** Prints the received body. A list of plain values, such as a trait, is on one line. */
function show(notification: Received): void {
  const text = JSON.stringify(notification.body, null, 2);
  const compact = text.replace(/\[[^[\]{}]*\]/g, (list) => list.replace(/\s*\n\s*/g, ' '));
  for (const line of compact.split('\n')) say(`  ${line}`);
}

/** Reports a host down, or up again. */
const setForcedDown = (admin: Client, host: string, forced_down: boolean) =>
  admin.expect('PUT', '/compute/v2.1/os-services/force-down', {
    headers: { 'X-OpenStack-Nova-API-Version': '2.11' },
    body: { host, binary: 'nova-compute', forced_down },
  });

/** Undoes the steps, the last one first. A failure is printed, and the other steps are still undone. */
async function cleanUp(undo: readonly (() => Promise<unknown>)[]): Promise<void> {
  for (const step of undo.toReversed()) {
    await step().catch((error) => say(`cleaning up: ${error.message}`));
  }
}

/**
 * Shows one host fault from the report to the tenant's notification, with what each side sees.
 * Deletes all that it created.
 * @returns true if the tenant was notified once, and its server is off.
 */
export async function playFault({ endpoint, outputs }: Stack): Promise<boolean> {
  const apiUrl = outputs.ApiUrl ?? '';
  const host = `demo-${randomUUID().slice(0, 8)}`;
  const [first, second] = [randomUUID(), randomUUID()];
  const admin = await login(apiUrl, readAccount('admin'));
  const tenant = await login(apiUrl, readAccount('tenant-a'));
  const undo: (() => Promise<unknown>)[] = [];

  const forceDown = (forced_down: boolean) => setForcedDown(admin, host, forced_down);

  try {
    console.log('\nOne host fault, end to end\n');
    await admin.expect('PUT', `/doctor/v1/hosts/${host}`, { body: { zone: 'nova' } });
    undo.push(() => deleteService(admin, host));
    for (const [id, name] of [
      [first, 'web-1'],
      [second, 'web-2'],
    ] as const) {
      const body = server(name, host, tenant.projectId);
      await admin.expect('PUT', `/doctor/v1/servers/${id}`, { body });
      undo.push(() => admin.expect('DELETE', `/doctor/v1/servers/${id}`));
    }
    say(`admin      registered host ${host} with the servers web-1 and web-2 of tenant-a`);

    const made = await tenant.expect('POST', '/alarming/v2/alarms', {
      body: alarm('web-1 is off', first),
    });
    const { alarm_id } = Made.parse(made.body);
    undo.push(() => tenant.expect('DELETE', `/alarming/v2/alarms/${alarm_id}`));
    say(`tenant-a   made an event alarm for web-1`);

    const policy = { project_id: [tenant.projectId] };
    const queue = await subscribe(endpoint, outputs.NotificationsTopicArn ?? '', policy);
    undo.push(() => queue.close());
    say(`tenant-a   subscribed a queue to the notifications of its project`);

    // Reports have a function of their own. On a stack that was just deployed it is started now, and not
    // by the report.
    await servicesOf(admin, host);
    const before = await statusOf(tenant, first);
    say(`tenant-a   sees web-1 ${before}`);

    const reported = Date.now();
    await forceDown(true);
    undo.push(() => forceDown(false));
    say(`monitor    reported ${host} down: accepted in ${Date.now() - reported} ms`);

    const after = await statusOf(tenant, first);
    say(`tenant-a   sees web-1 ${after}`);

    const received = await queue.receive(1, patienceMs);
    const [notification] = received;
    if (!notification) {
      say(`tenant-a   was not notified within ${patienceMs / 1000} s`);
      return false;
    }
    say(`tenant-a   was notified once, ${notification.sentAt - reported} ms after the report:\n`);
    show(notification);
    return received.length === 1 && after === 'SHUTOFF';
  } finally {
    await cleanUp(undo);
  }
}
