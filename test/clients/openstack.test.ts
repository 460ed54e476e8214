import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { type Cloud, logins, newHost, newInstance, newName } from '../e2e/cloud.ts';
import { type Inbox, inboxOf } from '../e2e/inbox.ts';
import { subscribe } from '../stack/stack.ts';
import { openstack, shown } from './openstack.ts';

let cloud: Cloud;
let host: string;
let instance: string;
let inbox: Inbox;

const name = newName('alarm');
const instanceName = newName('vnf');

beforeAll(async () => {
  cloud = await logins();
  const { admin, a } = cloud;
  host = await newHost(admin);
  instance = await newInstance(admin, { project_id: a.projectId, host, name: instanceName });
  const policy = { project_id: [a.projectId], severity: ['critical'], resource_id: [instance] };
  inbox = inboxOf(await subscribe(policy));
});

afterAll(() => inbox?.close());

const services = () => shown('admin', 'compute', 'service', 'list', '--host', host);
const set = (...args: readonly string[]) =>
  openstack('admin', 'compute', 'service', 'set', ...args, host, 'nova-compute');

const Alarm = z.looseObject({ alarm_id: z.uuid() });

test('openstack token issue gives a token for the project', async () => {
  const [admin, tenant] = await Promise.all([
    shown('admin', 'token', 'issue'),
    shown('tenant-a', 'token', 'issue'),
  ]);
  expect(admin).toMatchObject({ project_id: cloud.admin.projectId, id: expect.any(String) });
  expect(tenant).toMatchObject({ project_id: cloud.a.projectId, expires: expect.any(String) });
});

describe('a tenant with an alarm', () => {
  let alarm_id: string;

  beforeAll(async () => {
    const made = await shown(
      ...(['tenant-a', 'alarm', 'create', '--type', 'event', '--name', name] as const),
      ...['--severity', 'critical', '--description', 'My VNF is off'],
      ...['--event-type', 'compute.instance.update'],
      ...['--query', `traits.instance_id=string::${instance};traits.state=string::stopped`],
    );
    alarm_id = Alarm.parse(made).alarm_id;
    expect(made).toMatchObject({
      ...{ name, type: 'event', severity: 'critical', state: 'insufficient data', enabled: true },
      event_type: 'compute.instance.update',
      query: `traits.instance_id = ${instance} AND\ntraits.state = stopped`,
    });
  });

  test('finds it by name, by id and in the list; the other tenant does not', async () => {
    const [byName, byId] = await Promise.all([
      shown('tenant-a', 'alarm', 'show', name),
      shown('tenant-a', 'alarm', 'show', alarm_id),
    ]);
    expect(byName).toMatchObject({ alarm_id, description: 'My VNF is off' });
    expect(byId).toEqual(byName);
    const [mine, theirs] = await Promise.all([
      shown('tenant-a', 'alarm', 'list', '--filter', `name=${name}`),
      shown('tenant-b', 'alarm', 'list'),
    ]);
    expect(mine).toMatchObject([{ alarm_id, name, type: 'event', severity: 'critical' }]);
    expect(JSON.stringify(theirs)).not.toContain(alarm_id);
  });

  test('sees the server run, and the administrator sees the service up', async () => {
    const [tenant, service] = await Promise.all([
      shown('tenant-a', 'server', 'show', instance),
      services(),
    ]);
    expect(tenant).toMatchObject({ id: instance, name: instanceName, status: 'ACTIVE' });
    expect(service).toMatchObject([
      { Binary: 'nova-compute', Host: host, Status: 'enabled', State: 'up' },
    ]);
  });

  describe('whose host is set down', () => {
    let reportedAt: number;

    beforeAll(async () => {
      reportedAt = Date.now();
      await set('--down');
    });

    test('reaches a queue that is subscribed with a filter policy', async () => {
      const [message] = await inbox.until(alarm_id);
      expect(message?.body).toMatchObject({
        ...{ alarm_id, alarm_name: name, severity: 'critical', current: 'alarm' },
        ...{ previous: 'insufficient data', resource_id: instance },
      });
      expect(message?.attributes).toMatchObject({ severity: 'critical', resource_id: instance });
      // The command itself takes one or two of these seconds.
      expect((message?.sentAt ?? 0) - reportedAt).toBeLessThan(5_000);
    });

    test('sees the server off, without its host, which the administrator sees', async () => {
      const [tenant, admin] = await Promise.all([
        shown('tenant-a', 'server', 'show', instance),
        shown('admin', 'server', 'show', instance),
      ]);
      const off = { status: 'SHUTOFF', 'OS-EXT-STS:vm_state': 'stopped' };
      expect(tenant).toMatchObject({ ...off, 'OS-EXT-STS:power_state': 4 });
      expect(admin).toMatchObject({ ...off, 'OS-EXT-SRV-ATTR:host': host, host_status: 'DOWN' });
      expect(JSON.stringify(tenant)).not.toContain(host);
    });

    test('finds it off in the lists, by name and by host', async () => {
      const [mine, all] = await Promise.all([
        shown('tenant-a', 'server', 'list', '--name', instanceName),
        shown('admin', 'server', 'list', '--all-projects', '--host', host),
      ]);
      expect(mine).toMatchObject([{ ID: instance, Name: instanceName, Status: 'SHUTOFF' }]);
      expect(all).toMatchObject([{ ID: instance, Status: 'SHUTOFF' }]);
    });

    test('has the service down and enabled, and the alarm in alarm', async () => {
      const [service, alarm] = await Promise.all([
        services(),
        shown('tenant-a', 'alarm', 'show', alarm_id),
      ]);
      expect(service).toMatchObject([{ Host: host, Status: 'enabled', State: 'down' }]);
      expect(alarm).toMatchObject({
        state: 'alarm',
        state_reason: expect.stringMatching(/^Event/),
      });
    });
  });

  test('can delete the alarm, and then it is not found', async () => {
    await openstack('tenant-a', 'alarm', 'delete', name);
    await expect(openstack('tenant-a', 'alarm', 'show', alarm_id)).rejects.toThrow(/not found/i);
  });
});

describe('the administrator', () => {
  test('sets the service up again, by default and at 2.11, and down at 2.11', async () => {
    await set('--up');
    expect(await services()).toMatchObject([{ Host: host, State: 'up' }]);
    await set('--os-compute-api-version', '2.11', '--down');
    expect(await services()).toMatchObject([{ Host: host, Status: 'enabled', State: 'down' }]);
    await set('--os-compute-api-version', '2.11', '--up');
    expect(await services()).toMatchObject([{ Host: host, State: 'up' }]);
  });

  test('lists, shows, disables and maintains hosts', async () => {
    const listed = () => shown('admin', 'host', 'list', '--zone', 'nova');
    const entry = { 'Host Name': host, Service: 'compute', Zone: 'nova' };
    expect(await listed()).toContainEqual(entry);
    expect(await shown('admin', 'host', 'show', host)).toContainEqual(
      expect.objectContaining({ Host: host, Project: '(total)' }),
    );
    await openstack('admin', 'host', 'set', '--disable', '--enable-maintenance', host);
    expect(await services()).toMatchObject([{ Host: host, Status: 'disabled', State: 'up' }]);
    expect(await listed()).not.toContainEqual(entry);
    await openstack('admin', 'host', 'set', '--enable', '--disable-maintenance', host);
    expect(await services()).toMatchObject([{ Host: host, Status: 'enabled', State: 'up' }]);
  });

  test('has to have the role: a tenant gets a sentence that says so', async () => {
    const [down, list] = await Promise.allSettled([
      openstack('tenant-a', 'compute', 'service', 'set', '--down', host, 'nova-compute'),
      openstack('tenant-a', 'compute', 'service', 'list'),
    ]);
    for (const outcome of [down, list]) {
      expect(outcome.status).toBe('rejected');
      expect(outcome).toHaveProperty('reason.message', expect.stringMatching(/403|Forbidden/));
    }
  });
});
