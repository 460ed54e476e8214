/** The commands for silences: the requests that they send, and what they refuse. */
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { momentAfter } from '../../cli/silences.ts';
import { type ApiStandIn, apiStandIn } from './api-stand-in.ts';

const silence = { id: 's-1', status: 'active', ends_at: '2026-12-01T02:00:00.000Z' };
const answersAt = (here: string) => ({
  'POST /doctor/silences': { silence },
  'GET /doctor/silences': { silences: [silence], next: `${here}/doctor/silences?marker=s-1` },
  'GET /doctor/silences?marker=s-1': { silences: [{ ...silence, id: 's-2' }] },
  'GET /doctor/silences?all_projects=true': { silences: [{ ...silence, project_id: 'p' }] },
  'GET /doctor/silences/s-1': { silence },
  'DELETE /doctor/silences/s-1': {},
  'PUT /nova/os-hosts/compute-7': { host: { host: 'compute-7' } },
});

let api: ApiStandIn;
beforeAll(async () => {
  api = await apiStandIn(answersAt);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-12-01T00:00:00.000Z') });
});
afterAll(() => {
  vi.useRealTimers();
  api.close();
});
beforeEach(() => {
  api.asked.length = 0;
});
const doctor = (line: string) => api.doctor(line);

const ends_at = '2026-12-01T02:00:00.000Z';

test.each([
  { line: '--duration 2h --reason disks', body: { matchers: {}, ends_at } },
  {
    line: '--resource vm-1,vm-2 --alarm a-1 --duration 120m --reason disks',
    body: { matchers: { resource_id: ['vm-1', 'vm-2'], alarm_id: ['a-1'] }, ends_at },
  },
  {
    line: '--host compute-7 --project p --start 2026-12-01T01:00:00Z --duration 1h --reason disks',
    body: {
      matchers: { project_id: ['p'], host: ['compute-7'] },
      ...{ starts_at: '2026-12-01T01:00:00Z', ends_at },
    },
  },
  {
    line: '--id i --end 2026-12-01T02:00:00Z --reason disks',
    body: { id: 'i', matchers: {}, ends_at: '2026-12-01T02:00:00Z' },
  },
])('silence create $line asks for it in one request', async ({ line, body }) => {
  const { status, out } = await doctor(`silence create ${line}`);
  expect({ status, asked: api.asked }).toEqual({
    ...{ status: 0, asked: [['POST', '/doctor/silences', { ...body, reason: 'disks' }]] },
  });
  expect(out).toContain('s-1');
});

test('silences are listed from all pages, shown and deleted', async () => {
  const { out } = await doctor('silence list');
  expect(out).toMatch(/ID +Status +Starts at +Ends at +Matchers +Reason\ns-1 .*\ns-2 /);
  expect((await doctor('silence list --all-projects')).out).toMatch(/Project\ns-1 .* p\n/);
  expect((await doctor('silence show s-1')).out).toContain('active');
  expect(await doctor('silence delete s-1')).toMatchObject({
    status: 0,
    out: expect.stringContaining('expired'),
  });
  expect(api.asked.at(-1)).toEqual(['DELETE', '/doctor/silences/s-1', undefined]);
  expect(await doctor('silence show s-9')).toMatchObject({
    status: 1,
    err: expect.stringContaining('It is not there.'),
  });
});

test('planned work silences the host, and then begins its maintenance', async () => {
  const { status, out } = await doctor('host-update --maintenance enable --silence 2h compute-7');
  expect({ status, asked: api.asked }).toEqual({
    status: 0,
    asked: [
      [
        ...['POST', '/doctor/silences'],
        { matchers: { host: ['compute-7'] }, ends_at, reason: 'planned work on compute-7' },
      ],
      ['PUT', '/nova/os-hosts/compute-7', { host: { maintenance_mode: 'enable' } }],
    ],
  });
  expect(out).toMatch(/silence_id +\S*\s*s-1/);
});

test('planned work on a host that is not there ends its silence again', async () => {
  const { status } = await doctor('host-update --maintenance enable --silence 2h compute-8');
  expect(status).toBe(1);
  expect(api.asked.at(-1)).toEqual(['DELETE', '/doctor/silences/s-1', undefined]);
});

test.each([
  ['silence create --duration 2h', '--reason is needed'],
  ['silence create --reason r', 'Either --duration or --end is needed'],
  ['silence create --reason r --duration 2h --end 2026-12-01', 'Either --duration or --end'],
  ['silence create --reason r --duration 2w', '--duration is a number with s, m, h or d'],
  ['silence create --reason r --end later', '--end is a time'],
  ['silence create --reason r --start soon --duration 2h', '--start is a time'],
  ['silence show', 'ID is missing'],
  ['host-update --maintenance enable --silence long compute-7', '--silence is a number'],
  ['host-update --silence 2h compute-7', 'is needed'],
])('%s is refused, and no request is sent', async (line, message) => {
  const { status, err } = await doctor(line);
  expect({ status, asked: api.asked }).toEqual({ status: 2, asked: [] });
  expect(err).toContain(message);
});

test('a duration that leads out of the calendar is refused', () => {
  expect(() => momentAfter('999999999d', 'duration', 0)).toThrow('--duration is a number');
});
