import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Notification } from '../../domain/events/messages.ts';
import { type Answer, subscribe, subscribeToEvents } from '../stack/stack.ts';
import {
  alarmOf,
  at,
  type Cloud,
  eventAlarm,
  expectStatus,
  forceDown,
  logins,
  newAlarm,
  newHost,
  newInstance,
  newName,
  serverOf,
  serviceOf,
  statesOf,
  stopped,
  updateService,
} from './cloud.ts';
import { type Inbox, inboxOf, untilTime } from './inbox.ts';

/** The safe lane's copy arrives 5 s after the event. This adds some time for its evaluation. */
const safeLaneMs = 6_500;

/** The states of instances on the failed host, before and after the fault. */
const cases = [
  { was: 'active', facts: {}, after: ['stopped', 4, null, 'SHUTOFF'] },
  { was: 'paused', facts: { vm_state: 'paused' }, after: ['stopped', 4, null, 'SHUTOFF'] },
  { was: 'rebooting', facts: { task_state: 'rebooting' }, after: ['stopped', 4, null, 'SHUTOFF'] },
  { was: 'building', facts: { vm_state: 'building' }, after: ['error', 0, null, 'ERROR'] },
] as const;

/** The states that the fault does not change. */
const exempt = [
  { vm_state: 'soft-delete', power_state: 1, status: 'SOFT_DELETED' },
  { vm_state: 'deleted', power_state: 0, status: 'DELETED' },
  { vm_state: 'resized', power_state: 1, status: 'VERIFY_RESIZE' },
  { vm_state: 'error', power_state: 1, status: 'ERROR' },
  { vm_state: 'shelved', power_state: 4, status: 'SHELVED' },
  { vm_state: 'shelved_offloaded', power_state: 4, status: 'SHELVED_OFFLOADED' },
] as const;

let cloud: Cloud;
let host: string;
let report: Answer;
let again: Answer;
let reportedAt: number;
/** All notifications of tenant A, and those that pass several kinds of filter policies. */
let inbox: Inbox;
let audit: Inbox;
const filtered = new Map<string, Inbox>();
const instances = new Map<string, string>();
const alarms = new Map<string, string>();
const idOf = (name: string): string => instances.get(name) ?? '';
const alarmFor = (name: string): string => alarms.get(name) ?? '';

/** The message attributes of the notification for an instance. */
const attributesOf = (name: string) => ({
  project_id: cloud.a.projectId,
  alarm_id: alarmFor(name),
  resource_id: idOf(name),
  severity: 'critical',
  current: 'alarm',
  event_type: 'compute.instance.update',
});

/** Values that no notification of the first instance has. */
const elsewhere = {
  severity: 'moderate',
  current: 'ok',
  event_type: 'compute.instance.delete.end',
};

/** A rule on any update of an instance, with repeated actions. */
const anyUpdate = (id: string) =>
  eventAlarm([{ field: 'traits.instance_id', value: id }], { repeat_actions: true });

beforeAll(async () => {
  cloud = await logins();
  const { admin, a } = cloud;
  host = await newHost(admin);
  const project = { project_id: a.projectId, host };
  for (const { was, facts } of cases) {
    instances.set(was, await newInstance(admin, { ...project, ...facts }));
  }
  for (const { status: _, ...facts } of exempt) {
    instances.set(facts.vm_state, await newInstance(admin, { ...project, ...facts }));
  }
  alarms.set('active', await newAlarm(a, eventAlarm(stopped(idOf('active')))));
  // The sample of the Doctor blueprint, with the instance named by the attribute.
  const seed = {
    ...{ alarm_actions: [], insufficient_data_actions: [], ok_actions: [], alarm_id: null },
    ...{ description: 'An alarm', enabled: true, name: newName('InstanceStatusAlarm') },
    notification_rule: {
      event_type: 'compute.instance.update',
      query: [{ field: 'traits.state', type: 'string', value: 'stopped', op: 'eq' }],
    },
    ...{ project_id: a.projectId, repeat_actions: false, resource_id: idOf('paused') },
    ...{ severity: 'moderate', state: 'ok', type: 'notification' },
    state_timestamp: '2015-04-03T17:49:38.406845',
    timestamp: '2015-04-03T17:49:38.406839',
  };
  alarms.set('paused', await newAlarm(a, seed));
  for (const name of ['rebooting', 'building', ...exempt.map(({ vm_state }) => vm_state)]) {
    alarms.set(name, await newAlarm(a, anyUpdate(idOf(name))));
  }
  alarms.set('other', await newAlarm(a, eventAlarm(stopped('another-server'))));

  for (const [name, value] of Object.entries(attributesOf('active'))) {
    const policy = { resource_id: [idOf('active')], [name]: [value] };
    filtered.set(name, inboxOf(await subscribe(policy)));
  }
  for (const [name, value] of Object.entries(elsewhere)) {
    const policy = { resource_id: [idOf('active')], [name]: [value] };
    filtered.set(`other ${name}`, inboxOf(await subscribe(policy)));
  }
  inbox = inboxOf(await subscribe({ project_id: [a.projectId] }));
  audit = inboxOf(await subscribeToEvents());
  reportedAt = Date.now();
  report = await forceDown(admin, host);
  again = await forceDown(admin, host);
});

afterAll(async () => {
  await forceDown(cloud.admin, host, false);
  await Promise.all([inbox, audit, ...filtered.values()].map((each) => each?.close()));
});

const notificationOf = async (name: string): Promise<Notification> => {
  const [message] = await inbox.until(alarmFor(name));
  return Notification.parse(message?.body);
};

describe('a report of a failed host', () => {
  test('is answered with exactly the three keys, and how many instances it changed', () => {
    expectStatus(report, 200);
    expect(report.body).toEqual({
      service: { host, binary: 'nova-compute', forced_down: true },
    });
    expect(report.headers.get('x-doctor-instances-affected')).toBe(String(cases.length));
  });

  test('has the same answer when it is repeated, and then changes nothing', () => {
    expectStatus(again, 200);
    expect(again.body).toEqual(report.body);
    expect(again.headers.get('x-doctor-instances-affected')).toBe('0');
  });

  test('makes the service down and leaves it enabled', async () => {
    const { admin } = cloud;
    expect(await serviceOf(admin, host)).toMatchObject({
      ...{ binary: 'nova-compute', host, zone: 'nova', disabled_reason: null },
      ...{ state: 'down', status: 'enabled', forced_down: true },
    });
    const keys = [
      'binary',
      'disabled_reason',
      'host',
      'id',
      'state',
      'status',
      'updated_at',
      'zone',
    ];
    const { body } = await admin.expect('GET', `/compute/v2.1/os-services?host=${host}`);
    expect(body).toMatchObject({ services: [{ id: expect.any(Number), state: 'down' }] });
    const [service] = Object(body).services;
    expect(Object.keys(service).sort()).toEqual(keys);
    expect(service.updated_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);
  });

  test.each(cases)('changes an instance from $was to $after', async ({ was, after }) => {
    expect(await statesOf(cloud.a, idOf(was))).toEqual(after);
    expect(await statesOf(cloud.admin, idOf(was))).toEqual(after);
  });

  test.each(exempt)('does not touch an instance in $vm_state', async (before) => {
    const { vm_state, power_state, status } = before;
    expect(await statesOf(cloud.a, idOf(vm_state))).toEqual([vm_state, power_state, null, status]);
  });

  test('gives an instance that was being built a fault with this reason', async () => {
    expect(await serverOf(cloud.a, idOf('building'))).toMatchObject({
      fault: {
        code: 500,
        message: 'The instance was being built when its host failed.',
        created: expect.stringMatching(/^[\d-]{10}T[\d:]{8}Z$/),
      },
    });
  });

  test('is shown in lists: to the tenant without the host, to the administrator with it', async () => {
    const { a, admin } = cloud;
    const id = idOf('active');
    const { name } = await serverOf(a, id);
    const mine = await a.expect('GET', `/compute/v2.1/servers/detail?name=${name}`, {
      headers: at('2.94'),
    });
    expect(mine.body).toMatchObject({ servers: [{ id, name, status: 'SHUTOFF' }] });
    expect(JSON.stringify(mine.body)).not.toContain(host);
    const path = `/compute/v2.1/servers/detail?all_tenants=1&host=${host}`;
    const all = await admin.expect('GET', path, { headers: at('2.94') });
    const servers: Record<string, unknown>[] = Object(all.body).servers;
    expect(new Set(servers.map((server) => server.id))).toEqual(new Set(instances.values()));
    expect(servers.filter(({ status }) => status === 'ACTIVE')).toEqual([]);
    for (const server of servers) {
      expect(server).toMatchObject({ 'OS-EXT-SRV-ATTR:host': host, host_status: 'DOWN' });
    }
    const brief = await a.expect('GET', '/compute/v2.1/servers');
    expect(brief.body).toMatchObject({
      servers: expect.arrayContaining([{ id, name: expect.any(String), links: expect.any(Array) }]),
    });
  });
});

describe('the owner of an alarm', () => {
  test('is notified with the keys that Aodh posts and those of the notification', async () => {
    const [message] = await inbox.until(alarmFor('active'));
    const { a } = cloud;
    expect(message?.body).toEqual({
      alarm_id: alarmFor('active'),
      alarm_name: expect.any(String),
      severity: 'critical',
      previous: 'insufficient data',
      current: 'alarm',
      reason: expect.stringMatching(
        /^Event <id=\S+,event_type=compute.instance.update> hits the query <query=\[.*\]>\.$/,
      ),
      reason_data: {
        type: 'event',
        event: {
          message_id: expect.any(String),
          event_type: 'compute.instance.update',
          generated: expect.any(String),
          traits: expect.arrayContaining([
            ['state', 1, 'stopped'],
            ['old_state', 1, 'active'],
            ['power_state', 1, 'shutdown'],
            ['cause', 1, 'host_fault'],
            ['instance_id', 1, idOf('active')],
          ]),
          raw: {},
        },
      },
      notification_id: expect.any(String),
      project_id: a.projectId,
      resource_id: idOf('active'),
      fault_id: expect.any(String),
      event_type: 'compute.instance.update',
      generated: expect.any(String),
      accepted_at: expect.any(String),
      state_timestamp: expect.any(String),
    });
    expect(message?.attributes).toEqual(attributesOf('active'));
  });

  test('sees the alarm in state alarm, with the reason of the notification', async () => {
    const { reason } = await notificationOf('active');
    expect(await alarmOf(cloud.a, alarmFor('active'))).toMatchObject({
      state: 'alarm',
      state_reason: reason,
    });
  });

  test("is notified by an alarm in OPNFV Doctor's spelling too", async () => {
    expect(await notificationOf('paused')).toMatchObject({
      ...{ severity: 'moderate', previous: 'ok', current: 'alarm', resource_id: idOf('paused') },
    });
  });

  test('is notified that an instance that was being built is in error', async () => {
    const { reason_data } = await notificationOf('building');
    expect(reason_data.event.traits).toContainEqual(['state', 1, 'error']);
  });

  test('finds the same fault_id in all notifications of one fault', async () => {
    const received = await Promise.all(cases.map(({ was }) => notificationOf(was)));
    expect(new Set(received.map(({ fault_id }) => fault_id)).size).toBe(1);
    expect(new Set(received.map(({ notification_id }) => notification_id)).size).toBe(cases.length);
  });

  // `npm run bench` measures how soon: on a busy machine, times in this test mean little.
  test('is notified once of each instance, after the report', async () => {
    for (const { was } of cases) {
      const messages = await inbox.until(alarmFor(was));
      expect(messages.map(({ sentAt }) => sentAt >= reportedAt)).toEqual([true]);
    }
  });

  test.each(['project_id', 'alarm_id', 'resource_id', 'severity', 'current', 'event_type'])(
    'can filter on %s',
    async (name) => {
      const received = await filtered.get(name)?.until(alarmFor('active'));
      expect(received).toHaveLength(1);
    },
  );
});

test('operators get the event of the host from the topic of events', async () => {
  const { fault_id } = await notificationOf('active');
  const message = await audit.untilSome(({ body }) => {
    const { event_type, stamp } = Object(body);
    return event_type === 'service.update' && stamp.resource === host;
  });
  expect(message.body).toMatchObject({
    event_type: 'service.update',
    fault_id,
    traits: expect.arrayContaining([
      ['host', 1, host],
      ['state', 1, 'down'],
      ['status', 1, 'enabled'],
      ['forced_down', 1, 'true'],
    ]),
  });
  const instance = await audit.untilSome(({ body }) => {
    const { event_type, stamp, fault_id: caused } = Object(body);
    return event_type === 'compute.instance.update' && caused && stamp.resource === idOf('active');
  });
  expect(instance.body).toMatchObject({ fault_id });
});

test('the safe copy notifies no owner a second time, and owners of exempt instances are never notified', async () => {
  await Promise.all(cases.map(({ was }) => inbox.until(alarmFor(was))));
  await untilTime(reportedAt + safeLaneMs);
  await Promise.all([inbox, ...filtered.values()].map((each) => each.look()));
  const received = Object.fromEntries(
    [...alarms].map(([name, alarm_id]) => [name, inbox.of(alarm_id).length]),
  );
  const once = cases.map(({ was }) => [was, 1]);
  const never = [...exempt.map(({ vm_state }) => [vm_state, 0]), ['other', 0]];
  expect(received).toEqual(Object.fromEntries([...once, ...never]));
  for (const [name, { of }] of filtered) {
    const times = name.startsWith('other') ? 0 : 1;
    expect({ name, received: of(alarmFor('active')).length }).toEqual({ name, received: times });
  }
});

describe('a host that is reported up again', () => {
  test('is up again by name, and its instances keep the states after the fault', async () => {
    const { admin, a } = cloud;
    const up = await forceDown(admin, host, false);
    expectStatus(up, 200);
    expect(up.body).toEqual({ service: { host, binary: 'nova-compute', forced_down: false } });
    expect(await serviceOf(admin, host)).toMatchObject({ state: 'up', forced_down: false });
    expect(await statesOf(a, idOf('active'))).toEqual(['stopped', 4, null, 'SHUTOFF']);
  });

  test('can be reported down again by id, which is another fault', async () => {
    const { admin, a } = cloud;
    const { id } = await serviceOf(admin, host);
    const first = await notificationOf('active');
    const fresh = await newInstance(admin, { project_id: a.projectId, host });
    const alarm = await newAlarm(a, eventAlarm(stopped(fresh)));
    const down = await updateService(admin, id, { forced_down: true });
    expectStatus(down, 200);
    expect(down.body).toEqual({ service: await serviceOf(admin, host, '2.53') });
    expect(down.body).toMatchObject({ service: { id, state: 'down', status: 'enabled' } });
    expect(down.headers.get('x-doctor-instances-affected')).toBe('1');
    const [message] = await inbox.until(alarm);
    expect(message?.body.fault_id).not.toBe(first.fault_id);
    const up = await updateService(admin, id, { forced_down: false });
    expect(up.body).toMatchObject({ service: { id, state: 'up', forced_down: false } });
  });
});
