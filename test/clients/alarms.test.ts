/** All rows of docs/wire/alarming.md#recorded-commands, and the bodies of Heat and OPNFV Doctor. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import {
  alarmOf,
  type Cloud,
  forceDown,
  logins,
  newAlarm,
  newHost,
  newInstance,
  newName,
} from '../e2e/cloud.ts';
import { type Inbox, inboxOf } from '../e2e/inbox.ts';
import { apiUrl, subscribe } from '../stack/stack.ts';
import { envOf, openShells, type Shells } from './shells.ts';

let cloud: Cloud;
let shells: Shells;

beforeAll(async () => {
  shells = openShells();
  cloud = await logins();
});
afterAll(() => shells?.close());

const Alarm = z.looseObject({ alarm_id: z.uuid() });
/** Runs a command as tenant A. Returns what it shows. */
const shown = (...args: readonly string[]) => shells.shown('tenant-a', ...args);
const openstack = (...args: readonly string[]) => shells.openstack('tenant-a', ...args);
const create = async (name: string, ...more: readonly string[]): Promise<string> => {
  const made = await shown('alarm', 'create', '--type', 'event', '--name', name, ...more);
  return Alarm.parse(made).alarm_id;
};

describe('alarms that are evaluated every minute', () => {
  test('create --type prometheus sends query, threshold and operator', async () => {
    const name = newName('metric');
    const made = await shown(
      ...['alarm', 'create', '--type', 'prometheus', '--name', name, '--query', 'up{job="a"}'],
      ...['--threshold', '1.5', '--comparison-operator', 'lt', '--ok-action', 'http://h.test/o'],
    );
    expect(made).toMatchObject({
      type: 'prometheus',
      query: 'up{job="a"}',
      threshold: 1.5,
      comparison_operator: 'lt',
      state: 'insufficient data',
    });
    const { alarm_id } = Alarm.parse(made);
    const updated = await shown('alarm', 'update', alarm_id, '--threshold', '2');
    expect(updated).toMatchObject({ threshold: 2, query: 'up{job="a"}' });
    await openstack('alarm', 'delete', alarm_id);
  });

  test('create --type composite sends its tree', async () => {
    const rule = {
      or: [{ type: 'prometheus', query: 'up', threshold: 1, comparison_operator: 'lt' }],
    };
    const made = await shown(
      ...['alarm', 'create', '--type', 'composite', '--name', newName('composite')],
      ...['--composite-rule', JSON.stringify(rule)],
    );
    const { alarm_id } = Alarm.parse(made);
    expect(await alarmOf(cloud.a, alarm_id)).toMatchObject({
      type: 'composite',
      composite_rule: rule,
    });
    await openstack('alarm', 'delete', alarm_id);
  });
});

describe('openstack alarm', () => {
  const name = newName('alarm');
  let id: string;

  test('create sends everything that it can, and shows it', async () => {
    const made = await shown(
      ...['alarm', 'create', '--type', 'event', '--name', name, '--description', 'd'],
      ...['--severity', 'moderate', '--state', 'ok', '--enabled', 'True'],
      ...['--alarm-action', 'http://h.test/a', '--ok-action', 'http://h.test/o'],
      ...['--insufficient-data-action', 'http://h.test/i', '--repeat-actions', 'True'],
      '--time-constraint',
      'name=nights;start=0 22 * * *;duration=28800;description=n;timezone=Europe/Berlin',
      ...['--event-type', 'compute.instance.*'],
      ...['--query', 'traits.state=string::error;traits.vcpus>=integer::2;traits.name!=a'],
    );
    id = Alarm.parse(made).alarm_id;
    expect(made).toMatchObject({
      ...{ name, description: 'd', severity: 'moderate', state: 'ok', enabled: true },
      ...{ repeat_actions: true, event_type: 'compute.instance.*' },
      query: 'traits.state = error AND\ntraits.vcpus >= 2 AND\ntraits.name != a',
    });
    expect(await alarmOf(cloud.a, id)).toMatchObject({
      alarm_actions: ['http://h.test/a'],
      time_constraints: [
        {
          ...{ name: 'nights', start: '0 22 * * *', duration: 28_800 },
          ...{ description: 'n', timezone: 'Europe/Berlin' },
        },
      ],
    });
  });

  test('create needs no more than a name, and takes an empty action for none', async () => {
    const least = await create(newName('least'), '--alarm-action', '');
    expect(await alarmOf(cloud.a, least)).toMatchObject({
      alarm_actions: [],
      event_rule: { event_type: '*', query: [] },
    });
    await openstack('alarm', 'delete', least);
  });

  test('show finds it by id, by name, and by what might be either', async () => {
    const [byId, byEither, byName] = [
      await shown('alarm', 'show', id),
      await shown('alarm', 'show', name),
      await shown('alarm', 'show', '--name', name),
    ];
    expect(byId).toMatchObject({ alarm_id: id, name });
    expect([byEither, byName]).toEqual([byId, byId]);
    await expect(openstack('alarm', 'show', newName('none'))).rejects.toThrow(/not found/);
  });

  test('list filters, sorts and pages', async () => {
    const others = [await create(`${name}-b`), await create(`${name}-a`)];
    const ids = async (...args: readonly string[]) =>
      z
        .array(Alarm)
        .parse(await shown('alarm', 'list', ...args))
        .map(({ alarm_id }) => alarm_id);
    expect(await ids('--filter', `name=${name}`, '--filter', 'state=ok')).toEqual([id]);
    expect(await ids('--filter', 'enabled=false', '--filter', `name=${name}`)).toEqual([]);
    const like = `name>='${name}' and name<'${name}-z'`;
    expect((await ids('--query', like)).sort()).toEqual([id, ...others].sort());
    expect(await ids('--query', `name eq '${name}'`)).toEqual([id]);
    const page = await ids('--sort', 'name:asc', '--limit', '1', '--marker', id);
    expect(page).toEqual(others.slice(1));
    for (const other of others) await openstack('alarm', 'delete', other);
  });

  test('update changes the given fields, and keeps the rest', async () => {
    await openstack('alarm', 'update', id, '--severity', 'critical');
    await openstack('alarm', 'update', '--name', name, '--enabled', 'False');
    await openstack('alarm', 'update', id, '--type', 'event', '--query', 'traits.state=stopped');
    expect(await alarmOf(cloud.a, id)).toMatchObject({
      ...{ severity: 'critical', enabled: false, state: 'ok', description: 'd' },
      time_constraints: [{ name: 'nights' }],
      event_rule: { event_type: 'compute.instance.*', query: [{ value: 'stopped' }] },
    });
  });

  test('update takes a query as text where no type is given', async () => {
    await openstack('alarm', 'update', id, '--query', 'traits.state=string::error;traits.n<=5');
    const { event_rule } = await alarmOf(cloud.a, id);
    expect(event_rule).toMatchObject({
      query: [
        { field: 'traits.state', op: 'eq', type: 'string', value: 'error' },
        { field: 'traits.n', op: 'le', type: '', value: '5' },
      ],
    });
  });

  test('update does not undo a transition that came after it had read', async () => {
    const read = await alarmOf(cloud.a, id);
    await cloud.a.expect('PUT', `/alarming/v2/alarms/${id}/state`, { body: '"alarm"' });
    await cloud.a.expect('PUT', `/alarming/v2/alarms/${id}`, { body: { ...read, name: 'late' } });
    expect(await alarmOf(cloud.a, id)).toMatchObject({ name: 'late', state: 'alarm' });
    await openstack('alarm', 'update', id, '--name', name);
  });

  test('update and show take alarms of the other spelling', async () => {
    const rule = { event_type: 'port.*', query: [{ field: 'traits.status', value: 'DOWN' }] };
    const other = await newAlarm(cloud.a, {
      ...{
        name: newName('other'),
        type: 'notification',
        resource_id: 'p',
        notification_rule: rule,
      },
    });
    expect(await shown('alarm', 'show', other)).toMatchObject({
      ...{ type: 'notification', event_type: 'port.*', query: 'traits.status = DOWN' },
    });
    await openstack('alarm', 'update', other, '--severity', 'critical');
    expect(await alarmOf(cloud.a, other)).toMatchObject({
      ...{ type: 'notification', severity: 'critical', resource_id: 'p' },
    });
    // With another type the command sends a rule made from its options, without the old rule.
    const given = ['--event-type', 'port.update.end', '--query', 'traits.status=DOWN'];
    await openstack('alarm', 'update', other, '--type', 'event', ...given);
    const { notification_rule, ...now } = await alarmOf(cloud.a, other);
    expect(notification_rule).toBeUndefined();
    expect(now).toMatchObject({
      ...{ type: 'event', severity: 'critical', resource_id: 'p' },
      event_rule: { event_type: 'port.update.end', query: [{ value: 'DOWN' }] },
    });
    await openstack('alarm', 'delete', other);
  });

  test('state get and set read and write the state', async () => {
    expect(await shown('alarm', 'state', 'set', id, '--state', 'ok')).toEqual({ state: 'ok' });
    expect(await shown('alarm', 'state', 'get', '--name', name)).toEqual({ state: 'ok' });
  });

  test('create keeps what clears it and its timeout, and update of it too', async () => {
    const clear = { event_type: 'port.*', query: [{ field: 'traits.status', value: 'ACTIVE' }] };
    const kept = { ...clear, query: [{ ...clear.query[0], op: 'eq', type: '' }] };
    const clearing = await newAlarm(cloud.a, {
      ...{ name: newName('clear'), type: 'event' },
      event_rule: { event_type: 'port.*', clear, timeout: 3_600 },
    });
    await openstack('alarm', 'update', clearing, '--severity', 'critical');
    const update = ['--type', 'event', '--query', 'traits.status=DOWN'];
    await openstack('alarm', 'update', clearing, ...update);
    expect(await alarmOf(cloud.a, clearing)).toMatchObject({
      severity: 'critical',
      event_rule: { query: [{ value: 'DOWN' }], clear: kept, timeout: 3_600 },
    });
    await openstack('alarm', 'delete', clearing);
  });

  test('delete takes an id or a name, and leaves the history to be searched', async () => {
    const types = async (...args: readonly string[]) =>
      z
        .array(z.looseObject({ type: z.string() }))
        .parse(await shown(...args))
        .map(({ type }) => type);
    const history = await types('alarm-history', 'show', id, '--sort', 'timestamp:asc');
    expect(history.slice(0, 2)).toEqual(['creation', 'rule change']);
    expect(await types('alarm-history', 'show', id, '--limit', '1')).toEqual(['state transition']);
    await openstack('alarm', 'delete', '--name', name);
    await expect(openstack('alarm', 'delete', id)).rejects.toThrow(/not found/i);
    await expect(openstack('alarm-history', 'show', id)).rejects.toThrow(/not found/i);
    const search = ['alarm-history', 'search', '--query', `alarm_id=${id}`];
    expect(await types(...search)).toEqual(['deletion', ...history.toReversed()]);
    expect(await types('alarm-history', 'search')).toContain('deletion');
  });

  test('quota is shown to all and set by administrators, and showing it refuses no user', async () => {
    const { projectId } = cloud.b;
    const show = () => shells.shown('tenant-b', 'alarm', 'quota', 'show');
    const set = (limit: number) =>
      shells.shown('admin', 'alarm', 'quota', 'set', projectId, '--alarm', String(limit));
    expect(await show()).toEqual({ alarms: 10_000 });
    const first = await newAlarm(cloud.b, { name: 'q', type: 'event', event_rule: {} });
    expect(await set(0)).toEqual({ alarms: 0 });
    expect(await show()).toEqual({ alarms: 0 });
    const over = shells.openstack('tenant-b', 'alarm', 'create', '--type', 'event', '--name', 'q');
    await expect(over).rejects.toThrow(/quota exceeded|over limit/i);
    await cloud.admin.expect('DELETE', `/alarming/v2/quotas/${projectId}`);
    expect(await shells.shown('admin', 'alarm', 'quota', 'show', '--project', projectId)).toEqual({
      alarms: 10_000,
    });
    await shells.openstack('tenant-b', 'alarm', 'delete', first);
    await expect(openstack('alarm', 'quota', 'set', projectId, '--alarm', '5')).rejects.toThrow(
      /RBAC|403|Forbidden/,
    );
  });

  test('capabilities are shown', async () => {
    const capabilities = await shells.openstack('tenant-a', 'alarming', 'capabilities', 'list');
    expect(capabilities).toContain('alarms:history:query:complex');
  });

  test('unsupported types are refused with the list of supported ones', async () => {
    const args = ['alarm', 'create', '--type', 'gnocchi_resources_threshold', '--name', 'n'];
    const rule = ['--metric', 'm', '--threshold', '1', '--aggregation-method', 'mean'];
    const of = ['--resource-type', 'instance', '--resource-id', 'x'];
    await expect(openstack(...args, ...rule, ...of)).rejects.toThrow(/event, notification/);
  });
});

test('aodh does the same as openstack, by catalogue or by endpoint', async () => {
  const name = newName('aodh');
  const made = await shells.aodh(
    ...(['tenant-a', 'alarm', 'create', '--type', 'event', '--name', name] as const),
    ...['-f', 'json'],
  );
  const { alarm_id } = Alarm.parse(JSON.parse(made));
  const endpoint = `${apiUrl()}/alarming`;
  const listed = await shells.aodh('tenant-a', '--aodh-endpoint', endpoint, 'alarm', 'list');
  expect(listed).toContain(alarm_id);
  expect(await shells.aodh('tenant-a', 'capabilities', 'list')).toContain('alarms:query:simple');
  await shells.aodh('tenant-a', 'alarm', 'delete', alarm_id);
});

test('openstack reaches the endpoint with a token alone', async () => {
  const { PATH = '', HOME = '', LC_ALL = '' } = envOf('tenant-a');
  const env = { PATH, HOME, LC_ALL, OS_AUTH_TYPE: 'admin_token', OS_TOKEN: cloud.a.token };
  const at = { OS_ENDPOINT: `${apiUrl()}/alarming` };
  const ran = await shells.run('openstack', { ...env, ...at }, ['alarm', 'list', '-f', 'json']);
  expect([ran.status, JSON.parse(ran.stdout)]).toEqual([0, expect.any(Array)]);
});

describe('an alarm as others file it', () => {
  let host: string;
  let instance: string;
  let inbox: Inbox;

  beforeAll(async () => {
    const { admin, a } = cloud;
    host = await newHost(admin);
    instance = await newInstance(admin, { project_id: a.projectId, host });
    inbox = inboxOf(await subscribe({ project_id: [a.projectId], resource_id: [instance] }));
  });
  afterAll(() => inbox?.close());

  const lists = { alarm_actions: [], ok_actions: [], insufficient_data_actions: [] };

  test('Heat’s and OPNFV Doctor’s bodies make alarms that fire', async () => {
    const heat = await newAlarm(cloud.a, {
      ...{ name: newName('stack-alarm'), type: 'event', description: null, enabled: true },
      ...{ severity: 'low', repeat_actions: true, time_constraints: [], ...lists },
      event_rule: {
        event_type: '*',
        query: [
          { field: 'traits.instance_id', type: 'string', op: null, value: instance },
          { field: 'traits.state', type: 'string', op: 'eq', value: 'stopped' },
        ],
      },
    });
    const doctor = await newAlarm(cloud.a, {
      ...{ name: newName('doctor_alarm'), type: 'event', description: 'VM failure' },
      ...{ severity: 'moderate', repeat_actions: false, enabled: true, ...lists },
      event_rule: {
        event_type: 'compute.instance.update',
        query: [
          { field: 'traits.instance_id', type: '', op: 'eq', value: instance },
          { field: 'traits.state', type: '', op: 'eq', value: 'stopped' },
        ],
      },
    });
    // Heat suspends and resumes an alarm by an update of what it has read, and deletes without
    // reading.
    for (const enabled of ['False', 'True']) {
      await openstack('alarm', 'update', heat, '--enabled', enabled);
    }
    expect((await forceDown(cloud.admin, host)).status).toBe(200);
    for (const id of [heat, doctor]) {
      const [message] = await inbox.until(id);
      expect(message?.body).toMatchObject({
        ...{ alarm_id: id, current: 'alarm' },
        reason_data: { event: { traits: expect.arrayContaining([['state', 1, 'stopped']]) } },
      });
      const { body } = await cloud.a.expect('GET', `/alarming/v2/alarms/${id}/history?limit=1`);
      expect(body).toMatchObject([
        { type: 'state transition', detail: expect.stringContaining('transition_reason') },
      ]);
      expect(await openstack('alarm', 'metrics')).toContain(id);
      await openstack('alarm', 'delete', id);
    }
  });
});
