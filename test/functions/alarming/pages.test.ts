import { beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { type AlarmingWorld, alarmingWorld, refused } from './surface.ts';

let world: AlarmingWorld;
beforeEach(() => {
  world = alarmingWorld();
});

const Views = z.array(z.looseObject({ alarm_id: z.string() }));
const idsIn = (body: unknown) => Views.parse(body).map(({ alarm_id }) => alarm_id);

describe('pages of a list', () => {
  let all: string[];
  beforeEach(async () => {
    all = [];
    for (const name of ['c', 'a', 'b', 'a', 'c', 'b', 'd']) all.push(await world.filed({ name }));
    await world.filed({}, 'memberOfB');
    world.moment.pagesRead = 0;
  });
  const list = async (query: Record<string, string[]>, who = 'member') =>
    world.as(who, 'GET', '/v2/alarms', undefined, query);
  const walked = async (sort: string[], query: Record<string, string[]> = {}) => {
    const walk: string[] = [];
    for (;;) {
      const marker = walk.slice(-1);
      const { body } = await list({ ...query, sort, limit: ['2'], marker });
      walk.push(...idsIn(body));
      if (idsIn(body).length < 2) return walk;
    }
  };

  test.each([
    [[]],
    [['timestamp:desc']],
    [['timestamp:asc']],
    [['name']],
    [['name:desc', 'state']],
  ])('sorted by %j together are the whole list', async (sort) => {
    const { body } = await list({ sort });
    expect(idsIn(body).sort()).toEqual(all.toSorted());
    expect(await walked(sort)).toEqual(idsIn((await list({ sort })).body));
  });

  test('by time are read only until the page is full', async () => {
    expect(idsIn((await list({ limit: ['3'] })).body)).toEqual(all.slice(-3).reverse());
    expect(world.moment.pagesRead).toBe(2);
    const { body } = await list({ sort: ['timestamp'], limit: ['2'], marker: all.slice(1, 2) });
    expect(idsIn(body)).toEqual(all.slice(2, 4));
    expect(world.moment.pagesRead).toBe(3);
  });

  test('continue after a marker that the filter leaves out', async () => {
    const query = { 'q.field': ['name'], 'q.value': ['c'] };
    const { body } = await list({ ...query, marker: all.slice(3, 4) });
    expect(idsIn(body)).toEqual(all.slice(0, 1));
    expect(await walked(['timestamp'], query)).toEqual([all[0], all[4]]);
  });

  test.each(['unknown', '00000000-0000-4000-8000-000000009999'])(
    'after the marker %s are refused',
    async (marker) => {
      expect(await list({ marker: [marker] })).toMatchObject({
        status: 400,
        body: refused(expect.stringContaining('marker')),
      });
    },
  );

  test('are refused with an alarm of another project as marker', async () => {
    const marker = all.slice(0, 1);
    expect(await list({ marker }, 'memberOfB')).toMatchObject({ status: 400 });
    expect(await list({ marker, all_projects: ['true'] }, 'admin')).toMatchObject({ status: 200 });
  });
});
