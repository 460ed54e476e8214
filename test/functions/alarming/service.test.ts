import { beforeEach, describe, expect, test } from 'vitest';
import { call } from '../call.ts';
import { type AlarmingWorld, alarmingWorld } from './surface.ts';

let world: AlarmingWorld;
beforeEach(() => {
  world = alarmingWorld();
});

test('the capabilities are shown, also under the path that the command line uses', async () => {
  for (const path of ['/v2/capabilities', '/v2/capabilities/']) {
    expect(await world.as('reader', 'GET', path)).toMatchObject({
      status: 200,
      body: {
        api: { 'alarms:query:complex': true, 'alarms:history:query:simple': true },
        alarm_storage: { 'storage:production_ready': true },
      },
    });
  }
});

test('the health check needs no token and has no body', async () => {
  const { status, headers, body } = await call(world.api, { path: '/alarming/healthcheck' });
  expect({ status, body, type: headers['Content-Type'] }).toEqual({
    status: 200,
    body: undefined,
    type: 'text/plain',
  });
});

describe('metrics', () => {
  const metrics = async (who: string, query: Record<string, string[]> = {}) =>
    world.as(who, 'GET', '/v2/metrics', undefined, query);

  test('count how often events took an alarm into each state', async () => {
    const id = await world.filed();
    const alarm = world.rows.get(id);
    if (alarm) world.rows.set(id, { ...alarm, transitions: { alarm: 2, ok: 1 } });
    await world.filed({}, 'memberOfB');
    const counts = { ok: 1, alarm: 2, 'insufficient data': 0 };
    expect(await metrics('reader')).toMatchObject({
      status: 200,
      body: { evaluation_results: [{ alarm_id: id, project_id: 'a', state_counters: counts }] },
    });
    const all = await metrics('admin', { all_projects: ['true'] });
    expect(all.body).toMatchObject({ evaluation_results: [{}, {}] });
  });

  test('are refused with unknown arguments, and for all projects to callers who are not administrators', async () => {
    expect(await metrics('reader', { all_projects: ['true'] })).toMatchObject({ status: 403 });
    const odd: Record<string, string[]>[] = [
      { all_projects: ['maybe'] },
      { limit: ['1'] },
      { 'q.field': ['name'], 'q.value': ['n'] },
    ];
    for (const query of odd) expect(await metrics('admin', query)).toMatchObject({ status: 400 });
  });
});
