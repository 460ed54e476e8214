import { beforeEach, describe, expect, test } from 'vitest';
import { type AlarmingWorld, alarmingWorld, least, refused } from './surface.ts';

let world: AlarmingWorld;
beforeEach(() => {
  world = alarmingWorld();
});

describe('quotas', () => {
  const quota = (limit: number, project_id = 'a') => ({
    project_id,
    quotas: [{ resource: 'alarms', limit }],
  });
  const set = async (body: unknown, who = 'admin') => world.as(who, 'POST', '/v2/quotas', body);

  test('are unlimited until they are set, and reading them changes nothing', async () => {
    const answer = { status: 200, body: quota(-1) };
    expect(await world.as('reader', 'GET', '/v2/quotas')).toMatchObject(answer);
    expect(await world.as('reader', 'GET', '/v2/quotas/')).toMatchObject(answer);
    await world.filed();
    expect(world.limits.size).toBe(0);
  });

  test("are shown for the caller's project, and to administrators for any project", async () => {
    await set(quota(5));
    const of = (who: string, project_id: string) =>
      world.as(who, 'GET', '/v2/quotas', undefined, { project_id: [project_id], other: ['x'] });
    expect(await of('member', 'a')).toMatchObject({ status: 200, body: quota(5) });
    expect(await of('admin', 'a')).toMatchObject({ status: 200, body: quota(5) });
    expect(await of('memberOfB', 'a')).toMatchObject({
      status: 401,
      body: refused('Not Authorized to access project a'),
    });
  });

  test('refuse an alarm above the limit, of any user of the project, and store nothing', async () => {
    expect(await set(quota(1))).toMatchObject({ status: 201, body: quota(1) });
    const id = await world.filed();
    expect(await world.as('member', 'POST', '/v2/alarms', least)).toMatchObject({
      status: 403,
      body: refused('Alarm quota exceeded for user member on project a'),
    });
    expect(world.history).toHaveLength(1);
    await world.filed({}, 'memberOfB');
    await world.as('member', 'DELETE', `/v2/alarms/${id}`);
    await world.filed();
  });

  test('can be deleted, repeatedly', async () => {
    await set(quota(0));
    expect(await world.as('admin', 'DELETE', '/v2/quotas/a')).toMatchObject({ status: 204 });
    expect(await world.as('admin', 'DELETE', '/v2/quotas/a')).toMatchObject({ status: 204 });
    await world.filed();
  });

  test('may be posted without a limit, which changes nothing', async () => {
    await set(quota(3));
    expect(await set({ project_id: 'a' })).toMatchObject({ status: 201, body: quota(3) });
    expect(await set({ project_id: 'a', quotas: [] })).toMatchObject({ body: quota(3) });
  });

  /** The texts are Aodh's, as its framework WSME 0.13.0 gives them. */
  const field = (name: string, value: string, why: string) =>
    `Invalid input for field/attribute ${name}. Value: '${value}'. ${why}`;
  const item = (quota: unknown) => ({ project_id: 'a', quotas: [quota] });
  test.each([
    [quota(-2), field('limit', '-2', 'Value should be greater or equal to -1')],
    [quota(2e9), field('limit', '2000000000', 'Value should be lower or equal to 1000000000')],
    [
      item({ resource: 'volumes', limit: 1 }),
      field('resource', 'volumes', 'Value should be one of: alarms'),
    ],
    [item({ resource: 'alarms' }), field('limit', 'None', 'Mandatory field missing.')],
    [item({ limit: 1 }), field('resource', 'None', 'Mandatory field missing.')],
    [{ quotas: [] }, field('project_id', 'None', 'Mandatory field missing.')],
    [{}, field('project_id', 'None', 'Mandatory field missing.')],
    [{ project_id: 'a', more: 1 }, 'Unknown attribute for argument body: more'],
    [
      item({ resource: 'alarms', limit: 1, more: 1 }),
      'Unknown attribute for argument body.quotas: more',
    ],
    [{ project_id: 'a', quotas: 'x' }, field('quotas', 'x', 'Value not a valid list: x')],
    [undefined, 'Missing argument: "body"'],
  ])('are refused in the words of Aodh as %j', async (body, text) => {
    expect(await set(body)).toMatchObject({ status: 400, body: refused(text) });
    expect(world.limits.size).toBe(0);
  });

  test.each([
    [quota(1.5), 'limit'],
    [item('x'), 'quotas'],
    [{ project_id: 'a', quotas: null }, 'quotas'],
    [{ project_id: '' }, 'project_id'],
    ['"x"', 'body'],
    [[], 'body'],
  ])('are refused as %j too, although Aodh fails or takes it', async (body, name) => {
    const text = expect.stringContaining(`Invalid input for field/attribute ${name}.`);
    expect(await set(body)).toMatchObject({ status: 400, body: refused(text) });
    expect(world.limits.size).toBe(0);
  });

  test('are set only by administrators, and cannot be read by id', async () => {
    expect(await set(quota(5), 'member')).toMatchObject({
      status: 403,
      body: refused('RBAC Authorization Failed'),
    });
    expect(await world.as('member', 'DELETE', '/v2/quotas/a')).toMatchObject({ status: 403 });
    const long = 'x'.repeat(256);
    expect(
      await world.as('admin', 'GET', '/v2/quotas', undefined, { project_id: [long] }),
    ).toMatchObject({
      ...{
        status: 400,
        body: { error_message: { faultstring: expect.stringContaining('project_id') } },
      },
    });
    world.limits.set(long, 1);
    world.limits.set(long.slice(1), 1);
    expect(await world.as('admin', 'DELETE', `/v2/quotas/${long}`)).toMatchObject({ status: 204 });
    expect(world.limits.get(long.slice(1))).toBe(1);
    expect(await world.as('admin', 'GET', '/v2/quotas/a')).toMatchObject({
      status: 405,
      headers: { Allow: 'DELETE' },
    });
  });
});
