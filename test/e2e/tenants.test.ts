import { randomUUID } from 'node:crypto';
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dynamodb, output, subscribe } from '../stack/stack.ts';
import {
  at,
  type Cloud,
  eventAlarm,
  expectStatus,
  forceDown,
  instanceBody,
  logins,
  newAlarm,
  newHost,
  newInstance,
  newName,
  serverOf,
  serviceOf,
  stopped,
  updateService,
} from './cloud.ts';
import { refusals } from './dialects.ts';
import { type Inbox, inboxOf } from './inbox.ts';

let cloud: Cloud;
let host: string;
/** An instance of A, and one of B, on the same host. */
let ofA: string;
let ofB: string;
let alarmOfA: string;
/** The notifications that each gets by a filter on their project. */
let inboxOfA: Inbox;
let inboxOfB: Inbox;
/** Alarms of B on A's resource, which name it in every possible way. */
let spies: string[];
/** Alarms of A on where the instance runs, or on who changed it. */
let oracles: string[];

const by = (field: string, value: string, op = 'eq') => ({ field: `traits.${field}`, op, value });

beforeAll(async () => {
  cloud = await logins();
  const { admin, a, b } = cloud;
  host = await newHost(admin);
  ofA = await newInstance(admin, { project_id: a.projectId, host });
  ofB = await newInstance(admin, { project_id: b.projectId, host });
  alarmOfA = await newAlarm(a, eventAlarm(stopped(ofA)));
  const { projectId } = a;
  spies = await Promise.all(
    [
      eventAlarm(stopped(ofA)),
      eventAlarm([by('resource_id', ofA)]),
      eventAlarm([by('project_id', projectId)]),
      eventAlarm([by('tenant_id', projectId), by('instance_id', ofA)]),
      eventAlarm([by('instance_id', ofB, 'ne')]),
      eventAlarm([], { resource_id: ofA }),
      { ...eventAlarm([]), event_rule: { event_type: '*', query: [by('state', 'stopped')] } },
      {
        ...{ name: newName('spy'), type: 'notification', resource_id: ofA },
        notification_rule: { event_type: '*' },
      },
    ].map((alarm) => newAlarm(b, { ...alarm, repeat_actions: true })),
  );
  oracles = await Promise.all(
    [
      [by('host', host)],
      [by('host', 'a', 'ge')],
      [by('service', 'compute')],
      [by('request_id', 'req-', 'ge')],
      [by('user_id', '', 'ge')],
      [by('node', host)],
    ].map((query) => newAlarm(a, eventAlarm([by('instance_id', ofA), ...query]))),
  );
  inboxOfA = inboxOf(await subscribe({ project_id: [a.projectId] }));
  inboxOfB = inboxOf(await subscribe({ project_id: [b.projectId] }));
});

afterAll(async () => {
  await forceDown(cloud.admin, host, false);
  const { a, b } = cloud;
  for (const id of spies) await b.call('DELETE', `/alarming/v2/alarms/${id}`);
  for (const id of oracles) await a.call('DELETE', `/alarming/v2/alarms/${id}`);
  await Promise.all([inboxOfA, inboxOfB].map((inbox) => inbox?.close()));
});

describe("another project's things", () => {
  test.each([
    { method: 'GET', tail: '' },
    { method: 'PUT', tail: '' },
    { method: 'DELETE', tail: '' },
    { method: 'GET', tail: '/state' },
    { method: 'PUT', tail: '/state' },
  ])('an alarm is not found by $method {id}$tail', async ({ method, tail }) => {
    const body = tail ? '"ok"' : eventAlarm([]);
    const path = `/alarming/v2/alarms/${alarmOfA}${tail}`;
    const before = await cloud.a.expect('GET', `/alarming/v2/alarms/${alarmOfA}`);
    const answer = await cloud.b.call(method, path, method === 'PUT' ? { body } : {});
    expectStatus(answer, 404);
    expect(answer.body).toEqual(refusals.alarming(404, alarmOfA));
    const after = await cloud.a.expect('GET', `/alarming/v2/alarms/${alarmOfA}`);
    expect(after.body).toEqual(before.body);
  });

  test('an instance gets the same 404 as one that does not exist', async () => {
    for (const version of ['2.1', '2.94']) {
      const unknown = randomUUID();
      const [foreign, none] = await Promise.all(
        [ofA, unknown].map((id) =>
          cloud.b.call('GET', `/compute/v2.1/servers/${id}`, { headers: at(version) }),
        ),
      );
      expect(foreign?.status).toBe(404);
      const text = JSON.stringify(foreign?.body).replace(ofA, unknown);
      expect(text).toBe(JSON.stringify(none?.body));
    }
  });

  test('are in no list, with any filter', async () => {
    const { a, b } = cloud;
    const seen = async (path: string): Promise<string> =>
      JSON.stringify((await b.expect('GET', path, { headers: at('2.60') })).body);
    for (const query of ['', `?host=${host}`, `?uuid=${ofA}`, `?project_id=${a.projectId}`]) {
      for (const path of ['/compute/v2.1/servers', '/compute/v2.1/servers/detail']) {
        expect(await seen(`${path}${query}`)).not.toContain(ofA);
      }
    }
    const { name } = await serverOf(a, ofA);
    expect(await seen(`/compute/v2.1/servers?name=${name}`)).toBe('{"servers":[]}');
    expect(await seen('/alarming/v2/alarms')).not.toContain(alarmOfA);
    const found = await b.expect('POST', '/alarming/v2/query/alarms', { body: {} });
    expect(JSON.stringify(found.body)).not.toContain(alarmOfA);
  });

  test('cannot be listed by project: the errors are those of Nova and of Aodh', async () => {
    const { a, b } = cloud;
    const all = await b.call('GET', '/compute/v2.1/servers?all_tenants=1');
    expect(all.body).toEqual(refusals.compute(403));
    const everywhere = await b.call('GET', '/alarming/v2/alarms?all_projects=true');
    expect(everywhere.body).toEqual(refusals.alarming(403, 'RBAC'));
    const path = `/alarming/v2/alarms?q.field=project_id&q.value=${a.projectId}`;
    const named = await b.call('GET', path);
    expectStatus(named, 401);
    expect(named.body).toEqual(refusals.alarming(401, a.projectId));
    const filter = JSON.stringify({ '=': { project_id: a.projectId } });
    const queried = await b.call('POST', '/alarming/v2/query/alarms', { body: { filter } });
    expectStatus(queried, 401);
    const body = { ...eventAlarm([]), project_id: a.projectId };
    const filed = await b.call('POST', '/alarming/v2/alarms', { body });
    expectStatus(filed, 401);
    expect(filed.body).toEqual(refusals.alarming(401, a.projectId));
  });

  test('a marker in a list is not found', async () => {
    const server = await cloud.b.call('GET', `/compute/v2.1/servers?marker=${ofA}`);
    expect(server.body).toEqual(refusals.compute(400, 'marker'));
    const alarm = await cloud.b.call('GET', `/alarming/v2/alarms?marker=${alarmOfA}`);
    expect(alarm.body).toEqual(refusals.alarming(400, 'marker'));
  });
});

describe("an administrator's actions", () => {
  test('are refused to a member before anything is looked up, and change nothing', async () => {
    const { admin, a } = cloud;
    const service = await serviceOf(admin, host);
    const before = await admin.expect('GET', `/doctor/v1/hosts/${host}`);
    const facts = instanceBody({ project_id: a.projectId, host });
    const user = { password: 'correct horse', projects: [{ name: 'p', roles: ['admin'] }] };
    const answers = {
      compute: [
        await forceDown(a, host),
        await forceDown(a, 'unknown'),
        await updateService(a, service.id, { forced_down: true }),
        await updateService(a, randomUUID(), { forced_down: true }),
        await a.call('DELETE', `/compute/v2.1/os-services/${service.id}`, { headers: at('2.53') }),
        await a.call('GET', '/compute/v2.1/os-services'),
        await a.call('GET', `/compute/v2.1/os-services?host=${host}`),
      ],
      doctor: [
        await a.call('PUT', `/doctor/v1/hosts/${host}`, { body: { zone: 'mine' } }),
        await a.call('PUT', '/doctor/v1/hosts/new-one', { body: { zone: 'mine' } }),
        await a.call('GET', `/doctor/v1/hosts/${host}`),
        await a.call('PUT', `/doctor/v1/servers/${ofA}`, { body: facts }),
        await a.call('GET', `/doctor/v1/servers/${ofA}`),
        await a.call('DELETE', `/doctor/v1/servers/${ofA}`),
        await a.call('PUT', '/doctor/v1/users/tenant-a', { body: user }),
        await a.call('GET', '/doctor/v1/users/tenant-a'),
      ],
    };
    for (const answer of answers.compute) expect(answer.body).toEqual(refusals.compute(403));
    for (const answer of answers.doctor) expect(answer.body).toEqual(refusals.doctor(403));
    expect((await admin.expect('GET', `/doctor/v1/hosts/${host}`)).body).toEqual(before.body);
    expectStatus(await admin.call('GET', '/doctor/v1/hosts/new-one'), 404);
    expect(await serverOf(a, ofA)).toMatchObject({ status: 'ACTIVE' });
  });

  test('are refused with 400 first where the body is bad: a member learns nothing of hosts', async () => {
    const answer = await updateService(cloud.a, randomUUID(), { forced_down: 'perhaps' });
    expect(answer.body).toEqual(refusals.compute(400, 'forced_down'));
  });

  test("the token of another user cannot be validated, one's own can", async () => {
    const { a, b } = cloud;
    const foreign = await b.call('GET', '/identity/v3/auth/tokens', {
      headers: { 'x-subject-token': a.token },
    });
    expect(foreign.body).toEqual(refusals.identity(403));
    const own = await b.expect('GET', '/identity/v3/auth/tokens', {
      headers: { 'x-subject-token': b.token },
    });
    expect(own.body).toMatchObject({ token: { project: { id: b.projectId } } });
  });
});

/** Everything that is stored of an alarm's history. */
async function historyOf(alarm_id: string): Promise<string> {
  const client = dynamodb();
  const { Items } = await client.send(
    new QueryCommand({
      ...{ TableName: output('HistoryTable'), IndexName: 'byAlarm' },
      KeyConditionExpression: 'alarm_id = :id',
      ExpressionAttributeValues: { ':id': alarm_id },
    }),
  );
  client.destroy();
  return JSON.stringify(Items);
}

describe("when the host of both fails, and B's instance is deleted last", () => {
  beforeAll(async () => {
    const { admin, b } = cloud;
    const marker = await newAlarm(b, eventAlarm(stopped(ofB)));
    expectStatus(await forceDown(admin, host), 200);
    await inboxOfA.until(alarmOfA);
    await inboxOfB.until(marker);
    // An event that is sent after all others. When its notification has arrived, all expected ones
    // before it have arrived too.
    const last = eventAlarm([by('instance_id', ofB)]);
    const rule = { ...last.event_rule, event_type: 'compute.instance.delete.end' };
    const deleted = await newAlarm(b, { ...last, event_rule: rule });
    await admin.expect('DELETE', `/doctor/v1/servers/${ofB}`);
    await inboxOfB.until(deleted);
  });

  test("B is notified of B's instance only", () => {
    expect(inboxOfB.all().length).toBeGreaterThan(0);
    for (const { body, attributes } of inboxOfB.all()) {
      expect(attributes.project_id).toBe(cloud.b.projectId);
      expect(body.resource_id).toBe(ofB);
    }
    expect(JSON.stringify(inboxOfB.all())).not.toContain(ofA);
    expect(JSON.stringify(inboxOfB.all())).not.toContain(cloud.a.projectId);
  });

  test("B's alarms on A's resource never fire", async () => {
    const onlyOfA = spies.filter((_, n) => [0, 1, 2, 3, 5, 7].includes(n));
    for (const id of onlyOfA) {
      const { body } = await cloud.b.expect('GET', `/alarming/v2/alarms/${id}/state`);
      expect(body).toBe('insufficient data');
      expect(inboxOfB.of(id)).toEqual([]);
    }
  });

  test("no lookup of A's events reads B's alarms", async () => {
    const client = dynamodb();
    const keys = [`resource#${cloud.a.projectId}#${ofA}`, `project#${cloud.a.projectId}#*`];
    for (const key of [...keys, `project#${cloud.a.projectId}#compute.instance.update`]) {
      const { Items = [] } = await client.send(
        new QueryCommand({
          ...{ TableName: output('AlarmsTable'), IndexName: 'byKey' },
          KeyConditionExpression: 'key_project = :project AND begins_with(key_place, :place)',
          ExpressionAttributeValues: {
            ':project': `project#${cloud.a.projectId}`,
            ':place': `${key}#`,
          },
        }),
      );
      if (key === keys[0]) expect(Items.map(({ alarm_id }) => alarm_id)).toContain(alarmOfA);
      for (const { alarm_id } of Items) expect(spies).not.toContain(alarm_id);
    }
    client.destroy();
  });

  test('an alarm cannot ask where an instance runs, or who changed it', async () => {
    for (const id of oracles) {
      expect(inboxOfA.of(id)).toEqual([]);
      const { body } = await cloud.a.expect('GET', `/alarming/v2/alarms/${id}/state`);
      expect(body).toBe('insufficient data');
    }
  });

  test('nothing that a tenant is sent or reads names infrastructure', async () => {
    const { a } = cloud;
    const service = await serviceOf(cloud.admin, host);
    const texts = [
      JSON.stringify(inboxOfA.all()),
      JSON.stringify(inboxOfB.all()),
      JSON.stringify(await serverOf(a, ofA)),
      JSON.stringify((await a.expect('GET', '/compute/v2.1/servers/detail')).body),
      JSON.stringify((await a.expect('GET', `/alarming/v2/alarms/${alarmOfA}`)).body),
      await historyOf(alarmOfA),
    ];
    for (const text of texts) {
      expect(text.length).toBeGreaterThan(100);
      for (const secret of [host, service.id, 'hypervisor', 'OS-EXT-SRV-ATTR:host"', 'req-']) {
        expect(text).not.toContain(secret);
      }
      for (const trait of ['host', 'service', 'request_id', 'user_id', 'node']) {
        expect(text).not.toContain(`["${trait}",`);
        expect(text).not.toContain(`[\\"${trait}\\",`);
      }
    }
    const received = inboxOfA.of(alarmOfA)[0]?.body;
    expect(Object(received).reason_data.event.raw).toEqual({});
  });

  test("a tenant sees no administrators' fields of a server, an administrator does", async () => {
    const mine = Object.keys(await serverOf(cloud.a, ofA));
    const theirs = Object.keys(await serverOf(cloud.admin, ofA));
    const extra = theirs.filter((key) => !mine.includes(key)).sort();
    const prefixed = ['host', 'hypervisor_hostname', 'instance_name', 'kernel_id', 'launch_index'];
    prefixed.push('ramdisk_id', 'reservation_id', 'root_device_name', 'user_data');
    const expected = [...prefixed.map((name) => `OS-EXT-SRV-ATTR:${name}`), 'host_status'];
    expect(extra).toEqual(expected.sort());
    expect(await serverOf(cloud.admin, ofA)).toMatchObject({
      ...{ 'OS-EXT-SRV-ATTR:host': host, host_status: 'DOWN' },
    });
  });
});
