import { describe, expect, test } from 'vitest';
import { id, minute } from '../../../domain/rows.ts';
import { instanceHaWorld } from './surface.ts';

const stopped = {
  type: 'COMPUTE_HOST',
  hostname: 'compute-1',
  generated_time: '2026-11-26T16:41:16.153323',
  payload: { event: 'STOPPED', cluster_status: 'OFFLINE', host_status: 'NORMAL' },
};
const guest = {
  type: 'VM',
  hostname: 'compute-1',
  generated_time: '2026-11-26T16:41:17.000001',
  payload: {
    event: 'LIFECYCLE',
    instance_uuid: id(77),
    vir_domain_event: 'STOPPED_SHUTDOWN',
  },
};
const bodyOf = (notification: object) => ({ body: { notification } });
const path = '/v1/notifications';

describe('POST /v1/notifications', () => {
  test('reports the fault, keeps the notification, and answers 202', async () => {
    const { ask, observed, kept } = instanceHaWorld();
    const { status, body } = await ask('service', 'POST', path, bodyOf(stopped));
    expect(status).toBe(202);
    expect(body).toEqual({
      notification: {
        id: 0,
        notification_uuid: id(1000),
        type: 'COMPUTE_HOST',
        source_host_uuid: id(3),
        generated_time: '2026-11-26T16:41:16.153000',
        status: 'finished',
        payload: stopped.payload,
        created_at: '2026-01-01T00:01:00.000000',
        updated_at: null,
        deleted: false,
        deleted_at: null,
      },
    });
    expect(observed).toMatchObject([{ key: 'COMPUTE_HOST/compute-1', status: 'raised' }]);
    expect(kept).toHaveLength(1);
  });

  test('is a 409, which ends the retries, if the fault is known already', async () => {
    const { ask, outcomes, kept } = instanceHaWorld();
    outcomes.push('renewed');
    const { status, body } = await ask('service', 'POST', path, bodyOf(stopped));
    expect(status).toBe(409);
    expect(body).toEqual({
      conflictingRequest: {
        code: 409,
        message: "Notification received from host compute-1 of type 'COMPUTE_HOST' is duplicate.",
      },
    });
    expect(kept).toEqual([]);
  });

  test.each(['compute-7', 'compute-9'])('is a 400 for the unknown host %s', async (hostname) => {
    const { ask, observed } = instanceHaWorld();
    const sent = bodyOf({ ...stopped, hostname });
    const { status, body } = await ask('service', 'POST', path, sent);
    expect(status).toBe(400);
    expect(body).toEqual({
      badRequest: { code: 400, message: `Host with name ${hostname} could not be found.` },
    });
    expect(observed).toEqual([]);
  });

  test('is taken for a host in maintenance', async () => {
    const { ask } = instanceHaWorld();
    const sent = bodyOf({ ...stopped, hostname: 'compute-2' });
    expect((await ask('service', 'POST', path, sent)).status).toBe(202);
  });

  test.each([
    { what: 'is no failure', notification: guest, outcome: 'raised' },
    { what: 'clears what is not raised', notification: stopped, outcome: 'ignored' },
    { what: 'is about a server that is not known', notification: stopped, outcome: 'unmatched' },
  ] as const)('answers 202 with the status ignored if it $what', async (given) => {
    const { ask, outcomes } = instanceHaWorld();
    outcomes.push(given.outcome);
    const { status, body } = await ask('service', 'POST', path, bodyOf(given.notification));
    expect({ status, body }).toMatchObject({
      status: 202,
      body: { notification: { status: 'ignored' } },
    });
  });

  test('reports the fault even if the notification cannot be kept, so that a retry loses nothing', async () => {
    const { ask, observed, state } = instanceHaWorld();
    state.broken = new Error('the table is out');
    expect((await ask('service', 'POST', path, bodyOf(stopped))).status).toBe(503);
    expect(observed).toHaveLength(1);
  });

  test.each([
    ['notification', {}],
    ['notification.type', { notification: { ...stopped, type: 'RACK' } }],
    ['notification.hostname', { notification: { ...stopped, hostname: 'not a host' } }],
    ['notification.generated_time', { notification: { ...stopped, generated_time: 'now' } }],
    ['notification.payload.event', { notification: { ...stopped, payload: { event: 'GONE' } } }],
    [
      'notification.payload.extra',
      { notification: { ...stopped, payload: { ...stopped.payload, extra: '1' } } },
    ],
    ['notification.extra', { notification: { ...stopped, extra: 1 } }],
    ['extra', { notification: stopped, extra: 1 }],
    [
      'notification.payload.instance_uuid',
      { notification: { ...guest, payload: { ...guest.payload, instance_uuid: 'vm-1' } } },
    ],
    [
      'notification.payload.process_name',
      {
        notification: {
          ...stopped,
          type: 'PROCESS',
          payload: { event: 'STOPPED', process_name: '' },
        },
      },
    ],
  ])('refuses a wrong %s by name', async (field, body) => {
    const { ask, observed } = instanceHaWorld();
    const answer = await ask('service', 'POST', path, { body });
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({
      badRequest: { code: 400, message: expect.stringContaining(field) },
    });
    expect(observed).toEqual([]);
  });

  test.each([
    ['admin', 202],
    ['service', 202],
    ['monitor', 202],
    ['member', 403],
    ['reader', 403],
    ['', 401],
  ])('with the role %s is a %i', async (role, expected) => {
    const { ask, observed } = instanceHaWorld();
    expect((await ask(role, 'POST', path, bodyOf(stopped))).status).toBe(expected);
    expect(observed).toHaveLength(expected === 202 ? 1 : 0);
  });
});

describe('the list of notifications', () => {
  const types = ['COMPUTE_HOST', 'VM', 'PROCESS', 'VM'] as const;

  function listed() {
    const world = instanceHaWorld();
    world.kept.push(
      ...types.map((type, n) => ({
        notification_uuid: id(n + 1),
        type,
        source_host_uuid: id(n % 2),
        generated_time: minute(n),
        status: n === 0 ? ('ignored' as const) : ('finished' as const),
        payload: { event: 'STOPPED' },
        created_at: minute(10 + n),
      })),
    );
    const list = async (query: Record<string, string[]> = {}) => {
      const { status, body } = await world.ask('admin', 'GET', path, { query });
      return { status, body };
    };
    return { ...world, list };
  }

  test.each([
    [{}, [4, 3, 2, 1]],
    [{ status: ['ignored'] }, [1]],
    [{ status: ['new'] }, []],
    [{ type: ['VM'] }, [4, 2]],
    [{ source_host_uuid: [id(0)] }, [3, 1]],
    [{ 'generated-since': ['2026-01-01T00:02:00'] }, [4, 3]],
    [{ sort_key: ['type'], sort_dir: ['asc'] }, [1, 3, 4, 2]],
    [{ sort_key: ['type', 'created_at'], sort_dir: ['asc', 'asc'] }, [1, 3, 2, 4]],
    [{ limit: ['2'] }, [4, 3]],
    [{ limit: ['0'] }, []],
    [{ limit: ['2'], marker: [id(3)] }, [2, 1]],
    [{ anything: ['else'] }, [4, 3, 2, 1]],
  ])('by %o has the notifications %o', async (query, numbers) => {
    const { status, body } = await listed().list(query);
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { notifications: numbers.map((n) => ({ notification_uuid: id(n) })) },
    });
  });

  test.each([
    [{ 'generated-since': ['yesterday'] }, 'generated-since'],
    [{ limit: ['-1'] }, 'limit'],
    [{ marker: ['none'] }, 'Marker none'],
    [{ sort_key: ['colour'] }, 'colour'],
    [{ sort_dir: ['up'] }, 'up'],
  ])('refuses %o', async (query, words) => {
    const { status, body } = await listed().list(query);
    expect(status).toBe(400);
    expect(body).toEqual({ badRequest: { code: 400, message: expect.stringContaining(words) } });
  });

  test('shows one notification, with details of its recovery from 1.1 on', async () => {
    const { ask } = listed();
    const plain = await ask('admin', 'GET', `${path}/${id(2)}`);
    expect(plain).toMatchObject({ status: 200, body: { notification: { type: 'VM' } } });
    expect(plain.body).not.toHaveProperty('notification.recovery_workflow_details');
    const headers = { 'OpenStack-API-Version': 'instance-ha 1.1' };
    const detailed = await ask('admin', 'GET', `${path}/${id(2)}`, { headers });
    expect(detailed.body).toHaveProperty('notification.recovery_workflow_details', []);
    for (const unknown of [id(99), 'none']) {
      expect(await ask('admin', 'GET', `${path}/${unknown}`)).toMatchObject({
        status: 404,
        body: { itemNotFound: { message: `Notification ${unknown} could not be found.` } },
      });
    }
  });

  test('has no moves of servers, and none before 1.3', async () => {
    const { ask } = listed();
    const at = (version: string) =>
      ask('admin', 'GET', `${path}/${id(2)}/vmoves`, {
        headers: { 'OpenStack-API-Version': `instance-ha ${version}` },
      });
    expect(await at('1.3')).toMatchObject({ status: 200, body: { vmoves: [] } });
    expect((await at('1.2')).status).toBe(404);
  });
});

describe('the version of a request', () => {
  test.each([
    [{}, 'instance-ha 1.0'],
    [{ 'OpenStack-API-Version': 'instance-ha 1.3' }, 'instance-ha 1.3'],
    [{ 'OpenStack-API-Version': 'compute 2.90, instance-ha latest' }, 'instance-ha 1.3'],
  ])('%o is answered in %s', async (headers, expected) => {
    const { ask } = instanceHaWorld();
    const answer = await ask('admin', 'GET', path, { headers });
    expect(answer.headers).toMatchObject({
      'OpenStack-API-Version': expected,
      Vary: 'OpenStack-API-Version',
    });
  });

  test.each([
    ['instance-ha 1.4', 406],
    ['instance-ha 2.0', 406],
    ['instance-ha one', 400],
  ])('%s is a %i', async (version, status) => {
    const { ask } = instanceHaWorld();
    const headers = { 'OpenStack-API-Version': version };
    expect((await ask('admin', 'GET', path, { headers })).status).toBe(status);
  });
});
