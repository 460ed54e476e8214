/** The administration of conditions, sources and unmatched items, on rows in memory. */
import { expect, test } from 'vitest';
import { createSurface } from '../../../adapters/http/surface.ts';
import {
  type Condition,
  placeOfCondition,
  targetKey,
} from '../../../domain/conditions/condition.ts';
import { raiseOnHost } from '../../../domain/conditions/host-condition.ts';
import { defaultSettings, type SourceRow, sourceOf } from '../../../domain/conditions/source.ts';
import { type ConditionDeps, conditionRoutes } from '../../../functions/monitors/conditions.ts';
import { type SourceDeps, sourceRoutes } from '../../../functions/monitors/sources.ts';
import { observed, sender, sourceWith } from '../../domain/conditions/reports.ts';
import { hostWith, minute } from '../../domain/rows.ts';
import { call, quiet } from '../call.ts';

/** The condition that a source raised of host `n % 2` at minute n. */
function conditionOf(n: number, name = 'zabbix'): Condition {
  const host = `compute-${n % 2}`;
  const observation = observed({ key: `k${n}`, target: { kind: 'host', host } });
  const source = sourceWith(name);
  const by = { ...sender(n), source: name };
  const found = { host: hostWith({ host }), before: undefined };
  const step = raiseOnHost(found, observation, { source, by });
  if (!('condition' in step)) throw new Error('not raised');
  return step.condition;
}

const rows = [1, 2, 3, 4].map((n) => conditionOf(n));
const ended: Condition = { ...conditionOf(5, 'masakari'), state: 'cleared', cleared_at: minute(6) };
const all = [...rows, ended];
const stale: SourceRow = {
  ...{ ...defaultSettings, name: 'zabbix', stale_after: 60 },
  ...{ updated_at: minute(0), updated_by: { user_id: 'root', user_name: 'root' } },
};

const saved: SourceRow[] = [];
const endings: unknown[] = [];
const deps: ConditionDeps & SourceDeps = {
  condition: async (id) => all.find(({ condition_id }) => condition_id === id),
  conditionPages: async function* ({ index, value, to }, first) {
    const listed = all
      .filter((row) => {
        if (index === 'byTarget') return targetKey(row.target) === value;
        if (index === 'bySource') return row.source === value;
        return index === 'byTime' || row.state === 'raised';
      })
      .filter((row) => placeOfCondition(row) <= to)
      .sort((a, b) => (placeOfCondition(a) < placeOfCondition(b) ? 1 : -1));
    for (let at = 0; at < listed.length; at += first) yield listed.slice(at, at + first).reverse();
  },
  source: async (name) => sourceOf(name, undefined),
  sourceRows: async (names) => [stale].filter(({ name }) => names.includes(name)),
  sourceNames: async () => ['zabbix'],
  saveSource: async (row) => {
    saved.push(row);
  },
  deleteSource: async () => false,
  endCondition: async (id, ending) => {
    endings.push([id, ending.reason]);
  },
  // Conditions of minutes 1 and 2 are older than a minute.
  now: () => minute(3.5),
};

const surface = createSurface({
  ...{ dialect: 'doctor', prefix: '/doctor', publicUrl: '', logger: quiet },
  authenticate: async () => ({
    user_id: 'root',
    user_name: 'root',
    project_id: 'a',
    roles: ['admin'],
  }),
  routes: [...conditionRoutes(deps), ...sourceRoutes(deps)],
});
const ask = (method: string, path: string, query: Record<string, string> = {}, body?: unknown) =>
  call(surface, {
    ...{ method, path: `/doctor/v1/${path}`, ...(body !== undefined && { body }) },
    query: Object.fromEntries(Object.entries(query).map(([name, value]) => [name, [value]])),
  });
const minutesOf = ({ body }: { body: unknown }): number[] =>
  Object(body).conditions.map(({ raised_at }: Condition) =>
    [1, 2, 3, 4, 5].find((n) => minute(n) === raised_at),
  );

test.each([
  [{}, [5, 4, 3, 2, 1]],
  [{ source: 'zabbix' }, [4, 3, 2, 1]],
  [{ host: 'Compute-1' }, [5, 3, 1]],
  [{ host: 'compute-1', source: 'zabbix' }, [3, 1]],
  [{ state: 'raised' }, [4, 3]],
  [{ state: 'stale' }, [2, 1]],
  [{ state: 'cleared' }, [5]],
  [{ effect: 'port_status' }, []],
  [{ limit: '2' }, [5, 4]],
  [{ limit: '0' }, []],
])('the query %o lists conditions %j, newest first', async (query, minutes) => {
  expect(minutesOf(await ask('GET', 'conditions', query))).toEqual(minutes);
});

test('a page begins after the marker, and names the next one', async () => {
  const marker = rows[2]?.condition_id ?? '';
  const page = await ask('GET', 'conditions', { marker, limit: '1' });
  expect(minutesOf(page)).toEqual([2]);
  expect(page.body).toMatchObject({ next: expect.stringContaining(rows[1]?.condition_id ?? '?') });
});

test('a condition is shown with its state, and ended with a reason', async () => {
  const id = rows[0]?.condition_id ?? '';
  const { body } = await ask('GET', `conditions/${id}`);
  expect(body).toMatchObject({ condition: { id, state: 'stale', key: 'k1' } });
  expect(Object(body).condition).not.toHaveProperty('revision');
  expect((await ask('DELETE', `conditions/${id}`, { reason: 'seen' })).status).toBe(200);
  expect(endings).toEqual([[id, 'seen']]);
});

test.each([
  ['conditions', { host: 'a', server_id: 'b' }, 400],
  ['conditions', { state: 'open' }, 400],
  ['conditions', { marker: '00000000-0000-4000-8000-000000000009' }, 400],
  ['conditions/00000000-0000-4000-8000-000000000009', {}, 404],
  ['conditions/x', {}, 400],
] as const)('GET %s with %o is a %i', async (path, query, status) => {
  expect((await ask('GET', path, query)).status).toBe(status);
});

test.each(['cloudwatch', 'nova', 'heartbeat'])(
  'no user reports as %s, so it has no reporters',
  async (name) => {
    const answer = await ask('PUT', `sources/${name}`, {}, { reporters: ['u1'] });
    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.body)).toContain('reporters: No user reports');
  },
);

test('a source may have a slash in its path, and missing settings have their defaults', async () => {
  const { status, body } = await ask('PUT', 'sources/script/nagios', {}, { fenced: true });
  expect({ status, body }).toMatchObject({
    status: 200,
    body: { source: { name: 'script/nagios', fenced: true, clear: 'unset', stale_after: null } },
  });
  expect(saved).toMatchObject([{ name: 'script/nagios', updated_by: { user_name: 'root' } }]);
});

test.each([
  ['sources/Zabbix', {}, 400],
  ['sources/zabbix', { clear: 'never' }, 400],
  ['sources/zabbix', { stale_after: 0 }, 400],
  ['sources/zabbix', { mapping: { x: 1 } }, 400],
  ['sources/zabbix', { mapping: { x: 'x'.repeat(70_000) } }, 400],
  ['sources/zabbix', { other: 1 }, 400],
  ['sources/a/b/c', {}, 404],
] as const)('PUT %s is refused', async (path, body, status) => {
  expect((await ask('PUT', path, {}, body)).status).toBe(status);
});

test('settings that do not exist are not deleted', async () => {
  expect((await ask('DELETE', 'sources/zabbix')).status).toBe(404);
});
