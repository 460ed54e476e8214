/** The routes of Alertmanager, Prometheus and collectd, on a report flow in memory. */
import { expect, test } from 'vitest';
import { createSurface } from '../../../adapters/http/surface.ts';
import type { SourceSettings } from '../../../domain/conditions/source.ts';
import { defaultSettings } from '../../../domain/conditions/source.ts';
import { DomainError } from '../../../domain/errors.ts';
import { unauthenticated } from '../../../domain/identity/identity.ts';
import type { ConditionReport } from '../../../flows/report-conditions.ts';
import { alertRoutes } from '../../../functions/monitors/alert-routes.ts';
import { checkMapping } from '../../../functions/monitors/mappings.ts';
import { call, quiet } from '../call.ts';
import { alertSample, observations, reasons } from './alert-samples.ts';

const now = '2026-11-20T08:16:30.000Z';

/** A surface that records its reports. `fail`: what the store throws. */
function monitors(settings: Partial<SourceSettings> = {}, fail?: Error) {
  const reports: ConditionReport[] = [];
  const surface = createSurface({
    ...{ dialect: 'doctor', prefix: '/doctor', publicUrl: '', logger: quiet },
    authenticate: async ({ authorization, 'x-auth-token': token }) => {
      const role = token ?? authorization?.split(' ')[1];
      if (!role) throw unauthenticated();
      return { user_id: role, user_name: role, project_id: 'a', roles: [role] };
    },
    routes: alertRoutes({
      source: async (name) => ({ ...defaultSettings, ...settings, name }),
      reportConditions: async (report) => {
        if (fail) throw fail;
        reports.push(report);
        return report.items.map(({ kind }) => ({
          outcome: kind === 'observation' ? ('raised' as const) : ('unmatched' as const),
          ...{ reason: null, condition_id: null, fault_id: null },
        }));
      },
      interrupted: () => undefined,
      now: () => now,
    }),
  });
  const post = (url: string, body: unknown, headers: Record<string, string> = monitor) => {
    const [path = '', search] = url.split('?');
    const given = [...new URLSearchParams(search)];
    const query = Object.fromEntries(
      given.map(([name]) => [
        name,
        given.flatMap(([each, value]) => (each === name ? [value] : [])),
      ]),
    );
    return call(surface, { method: 'POST', path: `/doctor${path}`, query, headers, body });
  };
  return { post, reports };
}

const monitor = { 'X-Auth-Token': 'monitor' };
const webhook = alertSample('alertmanager-firing-group');
const pushed = alertSample('prometheus-firing');

test.each([
  ['/v1/alertmanager', webhook, 'alertmanager'],
  ['/v1/alertmanager?source=dc1', webhook, 'alertmanager/dc1'],
  ['/v1/alertmanager?source=', webhook, 'alertmanager'],
  ['/v1/alertmanager/', webhook, 'alertmanager'],
  ['//v1//alertmanager', webhook, 'alertmanager'],
  ['/v1/prometheus/api/v2/alerts', pushed, 'prometheus'],
  ['/v1/prometheus/dc1/api/v2/alerts', pushed, 'prometheus/dc1'],
  ['/v1/prometheus/api/v2/alerts?source=dc1', pushed, 'prometheus/dc1'],
  ['/v1/am/api/v2/alerts', pushed, 'prometheus'],
])('POST %s reports, and answers 200 with an outcome per item', async (path, body, source) => {
  const { post, reports } = monitors();
  const answer = await post(path, body);
  expect(reports.map((report) => report.source.name)).toEqual([source]);
  const items = reports.flatMap((report) => report.items);
  expect(answer).toMatchObject({
    status: 200,
    body: { items: items.map(() => ({ outcome: 'raised' })) },
  });
  expect(observations(items)).not.toEqual([]);
});

test('the type of the URL counts for all alerts of a request', async () => {
  const { post, reports } = monitors();
  await post('/v1/alertmanager?type=host_data_plane', webhook);
  const items = reports.flatMap((report) => report.items);
  expect(observations(items).map(({ effect }) => effect)).toEqual(
    items.map(() => 'host_data_plane'),
  );
});

test('an unknown type in the URL is not refused, because Alertmanager would repeat the request for ever', async () => {
  const { post, reports } = monitors();
  expect(await post('/v1/alertmanager?type=disk', webhook)).toMatchObject({ status: 200 });
  expect(reasons(reports.flatMap((report) => report.items))).toHaveLength(2);
});

test('the rules of the source count', async () => {
  const { post, reports } = monitors({ mapping: { rules: [{ effect: 'none' }] } });
  await post('/v1/alertmanager', webhook);
  const items = reports.flatMap((report) => report.items);
  expect(observations(items).map(({ effect }) => effect)).toEqual(['none', 'none']);
});

test('an end is decided by the clock of the request', async () => {
  const { post, reports } = monitors();
  await post('/v1/prometheus/api/v2/alerts', pushed);
  await post('/v1/prometheus/api/v2/alerts', alertSample('prometheus-resolved'));
  const items = reports.flatMap((report) => report.items);
  expect(observations(items).map(({ status }) => status)).toEqual(['raised', 'cleared']);
});

test.each([
  ['/v1/alertmanager', pushed, /Invalid input/],
  ['/v1/alertmanager', { text: 'x' }, /version/],
  ['/v1/alertmanager', { version: '4', receiver: 'r' }, /alerts/],
  ['/v1/alertmanager', undefined, /Invalid input/],
  ['/v1/alertmanager?source=a%20b', webhook, /source/],
  ['/v1/alertmanager?source=a&source=b', webhook, /source/],
  ['/v1/alertmanager?type=a&type=b', webhook, /type/],
  ['/v1/prometheus/a%20b/api/v2/alerts', pushed, /source/],
  ['/v1/prometheus/api/v2/alerts', webhook, /list of alerts/],
])('POST %s of another form is 400, and reports nothing', async (path, body, message) => {
  const { post, reports } = monitors();
  const answer = await post(path, body);
  expect(answer.status).toBe(400);
  expect(JSON.stringify(answer.body)).toMatch(message);
  expect(reports).toEqual([]);
});

test.each([
  ['no credentials', {}, 401],
  ['another role', { 'X-Auth-Token': 'member' }, 403],
  ['a monitor with Basic', { Authorization: 'Basic monitor' }, 200],
  ['a monitor with Bearer', { Authorization: 'Bearer monitor' }, 200],
])('%s: %s is %i', async (_, headers, status) => {
  const { post } = monitors();
  expect((await post('/v1/alertmanager', webhook, headers)).status).toBe(status);
});

test.each([new Error('throttled'), new DomainError('unavailable', 'busy')])(
  'a store that fails is 503, so that the monitor sends again',
  async (error) => {
    const { post } = monitors({}, error);
    expect((await post('/v1/alertmanager', webhook)).status).toBe(503);
    expect((await post('/v1/prometheus/api/v2/alerts', pushed)).status).toBe(503);
  },
);

test.each(['alertmanager', 'alertmanager/dc1', 'prometheus', 'prometheus/dc1'])(
  'the rules of the source %s are checked when they are set',
  (name) => {
    expect(() => checkMapping(name, { rules: [{ effect: 'none' }] })).not.toThrow();
    expect(() => checkMapping(name, { rules: [{ effect: 'x' }] })).toThrow(
      /mapping.rules.0.effect/,
    );
  },
);

test('another source cannot have rules', () => {
  expect(() => checkMapping('masakari', { rules: [] })).toThrow(/mapping.rules/);
});
