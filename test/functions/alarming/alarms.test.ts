import { beforeEach, expect, test } from 'vitest';
import { call } from '../call.ts';
import { type AlarmingWorld, alarmingWorld, least, refused, Shown } from './surface.ts';

let world: AlarmingWorld;
beforeEach(() => {
  world = alarmingWorld();
});

test.each(['', '/'])('the version document stands at "%s", without a token', async (path) => {
  const answer = await call(world.api, { path: `/alarming${path}` });
  expect(answer).toMatchObject({
    status: 200,
    body: {
      versions: {
        values: [
          {
            id: 'v2',
            status: 'stable',
            updated: '2013-02-13T00:00:00Z',
            links: [
              { href: 'https://api.test/api/alarming/v2', rel: 'self' },
              { href: 'https://docs.openstack.org/', rel: 'describedby', type: 'text/html' },
            ],
            'media-types': [
              {
                base: 'application/json',
                type: 'application/vnd.openstack.telemetry-v2+json',
              },
              { base: 'application/xml', type: 'application/vnd.openstack.telemetry-v2+xml' },
            ],
          },
        ],
      },
    },
  });
});

test.each(['/v2', '/v2/'])('nothing is at "%s", as in Aodh', async (path) => {
  expect(await world.as('reader', 'GET', path)).toMatchObject({
    status: 404,
    body: refused('The resource could not be found.'),
  });
});

test('an alarm is created, shown under its Location, listed and deleted', async () => {
  const { status, headers, body } = await world.as('member', 'POST', '/v2/alarms/', least);
  const { alarm_id } = Shown.parse(body);
  const location = `https://api.test/api/alarming/v2/alarms/${alarm_id}`;
  expect({ status, location: headers.Location }).toEqual({ status: 201, location });
  expect(headers['x-openstack-request-id']).toMatch(/^req-/);
  expect(body).toMatchObject({ time_constraints: [], state: 'insufficient data' });
  for (const path of [`/v2/alarms/${alarm_id}`, `/v2/alarms/${alarm_id}/`]) {
    expect(await world.as('reader', 'GET', path)).toMatchObject({ status: 200, body });
  }
  for (const path of ['/v2/alarms', '/v2/alarms/']) {
    expect(await world.as('reader', 'GET', path)).toMatchObject({ status: 200, body: [body] });
  }
  const deleted = await world.as('member', 'DELETE', `/v2/alarms/${alarm_id}`);
  expect(deleted).toMatchObject({ status: 204, body: undefined });
  expect(await world.as('member', 'DELETE', `/v2/alarms/${alarm_id}`)).toMatchObject({
    status: 404,
    body: refused(`Alarm ${alarm_id} not found`),
  });
  expect(world.history.map(({ type }) => type)).toEqual(['creation', 'deletion']);
});

test('the body that the command line sends is accepted', async () => {
  const body = {
    name: 'n',
    type: 'event',
    description: 'd',
    state: 'ok',
    severity: 'moderate',
    enabled: true,
    alarm_actions: ['http://h/'],
    ok_actions: null,
    insufficient_data_actions: [],
    time_constraints: [
      { name: 'c', start: '0 1 * * *', duration: '100', description: '', timezone: 'UTC' },
    ],
    repeat_actions: true,
    event_rule: {
      event_type: 'compute.instance.update',
      query: [
        { field: 'traits.state', op: 'eq', type: 'string', value: 'error' },
        { field: 'traits.instance_id', op: 'eq', type: '', value: 'abc' },
      ],
    },
  };
  const { status, body: shown } = await world.as('member', 'POST', '/v2/alarms', body);
  expect(status).toBe(201);
  expect(shown).toMatchObject({ event_rule: body.event_rule, ok_actions: [], project_id: 'a' });
});

test('an alarm of another project is not found, on every route', async () => {
  const id = await world.filed();
  const calls = [
    world.as('memberOfB', 'GET', `/v2/alarms/${id}`),
    world.as('memberOfB', 'PUT', `/v2/alarms/${id}`, least),
    world.as('memberOfB', 'DELETE', `/v2/alarms/${id}`),
    world.as('memberOfB', 'GET', `/v2/alarms/${id}/state`),
    world.as('memberOfB', 'PUT', `/v2/alarms/${id}/state`, '"ok"'),
  ];
  for (const answer of await Promise.all(calls)) {
    expect(answer).toMatchObject({ status: 404, body: refused(`Alarm ${id} not found`) });
  }
  expect(await world.as('memberOfB', 'GET', '/v2/alarms')).toMatchObject({ body: [] });
  expect(await world.as('admin', 'GET', `/v2/alarms/${id}`)).toMatchObject({ status: 200 });
  expect(world.history).toHaveLength(1);
});

test('a reader may not write, and a caller without a role may not read', async () => {
  const id = await world.filed();
  const body = refused('RBAC Authorization Failed');
  const calls = [
    world.as('reader', 'POST', '/v2/alarms', least),
    world.as('reader', 'PUT', `/v2/alarms/${id}`, least),
    world.as('reader', 'DELETE', `/v2/alarms/${id}`),
    world.as('reader', 'PUT', `/v2/alarms/${id}/state`, '"ok"'),
    world.as('roleless', 'GET', `/v2/alarms/${id}`),
    world.as('roleless', 'GET', '/v2/alarms'),
    world.as('roleless', 'POST', '/v2/query/alarms', {}),
    world.as('reader', 'GET', '/v2/alarms', undefined, { all_projects: ['true'] }),
  ];
  for (const answer of await Promise.all(calls))
    expect(answer).toMatchObject({ status: 403, body });
  expect(await world.as('unknown', 'GET', '/v2/alarms')).toMatchObject({ status: 401 });
});

test("naming another project is a 401 in Aodh's words", async () => {
  const foreign = { ...least, project_id: 'b' };
  expect(await world.as('member', 'POST', '/v2/alarms', foreign)).toMatchObject({
    status: 401,
    body: refused('Not Authorized to access project b'),
  });
  const query = { 'q.field': ['project_id'], 'q.op': ['eq'], 'q.value': ['b'] };
  expect(await world.as('member', 'GET', '/v2/alarms', undefined, query)).toMatchObject({
    status: 401,
  });
  expect(await world.as('admin', 'GET', '/v2/alarms', undefined, query)).toMatchObject({
    status: 200,
  });
});

test('an administrator lists its own project, and all projects on request', async () => {
  await world.filed();
  await world.filed({ name: 'raw', project_id: '' }, 'admin');
  expect(await world.as('admin', 'GET', '/v2/alarms')).toMatchObject({ body: [] });
  const all = { all_projects: ['true'] };
  expect(await world.as('admin', 'GET', '/v2/alarms', undefined, all)).toMatchObject({
    body: [{ name: 'raw' }, { name: 'n' }],
  });
});

test('a PUT replaces an alarm, and the same PUT again writes nothing', async () => {
  const id = await world.filed({ description: 'd', enabled: false });
  const { status, body } = await world.as('member', 'PUT', `/v2/alarms/${id}`, {
    ...least,
    name: 'm',
  });
  expect({ status, body }).toMatchObject({
    status: 200,
    body: { alarm_id: id, name: 'm', enabled: true },
  });
  expect(await world.as('member', 'PUT', `/v2/alarms/${id}`, body)).toMatchObject({
    status: 200,
    body,
  });
  expect(world.history.map(({ type }) => type)).toEqual(['creation', 'rule change']);
});

test('a change that lost a race is decided again on the new row', async () => {
  const id = await world.filed();
  world.moment.meanwhile = () => {
    const stored = world.rows.get(id);
    if (stored) world.rows.set(id, { ...stored, state: 'alarm', revision: 2 });
  };
  const answer = await world.as('member', 'PUT', `/v2/alarms/${id}/state`, '"ok"');
  expect(answer).toMatchObject({ status: 200, body: 'ok' });
  expect(world.rows.get(id)).toMatchObject({
    state: 'ok',
    revision: 3,
    left_alarm_at: expect.any(String),
  });

  world.moment.meanwhile = () => world.rows.delete(id);
  expect(await world.as('member', 'DELETE', `/v2/alarms/${id}`)).toMatchObject({ status: 404 });
  expect(world.history.map(({ type }) => type)).toEqual(['creation', 'state transition']);
});

test('a state is read and set as a JSON string', async () => {
  const id = await world.filed();
  const path = `/v2/alarms/${id}/state`;
  expect(await world.as('reader', 'GET', path)).toMatchObject({
    status: 200,
    body: 'insufficient data',
  });
  expect(await world.as('member', 'PUT', path, '"alarm"')).toMatchObject({
    status: 200,
    body: 'alarm',
  });
  expect(await world.as('reader', 'GET', path)).toMatchObject({ body: 'alarm' });
});

test.each([
  ['{}', 'state invalid'],
  ['null', 'state invalid'],
  ['"unknown"', 'state invalid'],
  ['["ok"]', 'state invalid'],
  [undefined, 'Missing argument: "state"'],
])('a state of %s is refused: %s', async (body, message) => {
  const id = await world.filed();
  const answer = await world.as('member', 'PUT', `/v2/alarms/${id}/state`, body);
  expect(answer).toMatchObject({ status: 400, body: refused(message) });
});

test('an alarm is found by its name, as the command line looks it up', async () => {
  const id = await world.filed({ name: 'mine' });
  await world.filed({ name: 'other' });
  const query = (name: string) => ({ filter: JSON.stringify({ '=': { name } }) });
  const found = await world.as('reader', 'POST', '/v2/query/alarms', query('mine'));
  expect(found).toMatchObject({ status: 200, body: [{ alarm_id: id }] });
  expect(await world.as('memberOfB', 'POST', '/v2/query/alarms', query('mine'))).toMatchObject({
    body: [],
  });
});

test.each([
  ['POST', '/v2/alarms', 400],
  ['PUT', '/v2/alarms/ID', 400],
  ['PUT', '/v2/alarms/ID/state', 400],
  ['POST', '/v2/query/alarms', 400],
])('%s %s refuses an invalid body, and stores nothing', async (method, path, status) => {
  const id = await world.filed();
  const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
  for (const body of ['{', 'null', '[]', '5', '"x"', deep, `"${'x'.repeat(1_000_000)}"`]) {
    const answer = await world.as('member', method, path.replace('ID', id), body);
    expect(answer).toMatchObject({ status, body: refused(expect.any(String)) });
    expect(JSON.stringify(answer.body).length).toBeLessThan(1_000);
  }
  expect(world.history).toHaveLength(1);
});

test('a refusal has the shape of Aodh', async () => {
  const id = await world.filed();
  expect(await world.as('member', 'GET', '/v2/alarms/unknown')).toMatchObject({
    status: 404,
    body: refused('Alarm unknown not found'),
  });
  expect(await world.as('member', 'GET', `/v2/alarms/${'x'.repeat(5_000)}`)).toMatchObject({
    status: 404,
  });
  expect(await world.as('member', 'PATCH', `/v2/alarms/${id}`)).toMatchObject({
    status: 405,
    headers: { Allow: 'DELETE, GET, PUT' },
    body: refused(expect.any(String)),
  });
  expect(await world.as('member', 'GET', '/v2/query/alarms')).toMatchObject({ status: 405 });
  const extra = await world.as('member', 'GET', `/v2/alarms/${id}`, undefined, { x: ['1'] });
  expect(extra).toMatchObject({ status: 400, body: refused('Unknown argument: "x"') });
  const form = { 'X-Auth-Token': 'member', 'Content-Type': 'text/plain' };
  expect(
    await call(world.api, {
      method: 'POST',
      path: '/alarming/v2/alarms',
      headers: form,
      body: '{}',
    }),
  ).toMatchObject({ status: 415, body: refused('Unknown mimetype: text/plain') });
});

test.each([
  ['letters', 'd', 250],
  ['letters of three bytes', '\u20ac', 120],
  ['quotes', '"', 100],
])(
  'a list of %s too large for one answer is refused, and can be had in parts',
  async (...given) => {
    const [, character, count] = given;
    const description = character.repeat(1024);
    const alarm_actions = Array.from({ length: 5 }, (_, n) => `http://h/${n}/${'x'.repeat(2000)}`);
    const time_constraints = Array.from({ length: 12 }, (_, n) => {
      return { name: `${n}`, start: '0 0 * * *', duration: 1, description };
    });
    for (let n = 0; n < count; n++)
      await world.filed({ description, alarm_actions, time_constraints });
    expect(await world.as('member', 'GET', '/v2/alarms')).toMatchObject({ status: 413 });
    const part = await world.as('member', 'GET', '/v2/alarms', undefined, { limit: ['50'] });
    expect(part).toMatchObject({ status: 200 });
    expect(part.body).toHaveLength(50);
  },
);

test('a creation that meets others at the same moment is retried', async () => {
  world.moment.meanwhile = () => {};
  await world.filed();
  expect(world.history).toHaveLength(1);
});
