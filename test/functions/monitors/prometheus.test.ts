/**
 * The meaning of the alerts that Prometheus and collectd send to `…/api/v2/alerts`: the recorded
 * shapes in `samples/`.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unmatchedItem } from '../../../domain/conditions/unmatched.ts';
import { PrometheusAlerts, readAlerts } from '../../../functions/monitors/prometheus.ts';
import { alertsSample, observations, reading, reasons } from './alert-samples.ts';

const now = '2026-11-20T08:16:30.000Z';
const read = (...alerts: unknown[]) => readAlerts(alerts, reading(), now);
const observe = (...alerts: unknown[]) => observations(read(...alerts));
const sample = (name: string) => observe(...alertsSample(name));

const labels = { alertname: 'HostDown', host: 'node-a', severity: 'critical' };
const alert = { labels, startsAt: '2026-11-20T08:15:30Z', endsAt: '2026-11-20T08:19:30Z' };

test('an alert with its end in the future is a raised condition', () => {
  expect(sample('prometheus-firing')).toEqual([
    {
      key: expect.stringMatching(/^[0-9a-f-]{36}$/),
      status: 'raised',
      target: { kind: 'host', host: 'node-a' },
      effect: 'host_down',
      severity: 'critical',
      cause: '192.0.2.1:9100 is down',
      observed_at: '2026-11-20T08:15:30.123Z',
      fenced: null,
    },
  ]);
});

test('the same alert with its end in the past is the end of that condition', () => {
  const [raised] = sample('prometheus-firing');
  expect(sample('prometheus-resolved')).toMatchObject([
    { key: raised?.key, status: 'cleared', observed_at: '2026-11-20T08:16:10.123Z' },
  ]);
});

test.each([
  ['now', now, 'cleared'],
  ['a part of a millisecond after now', '2026-11-20T08:16:30.000900000Z', 'cleared'],
  ['a millisecond after now', '2026-11-20T08:16:30.001Z', 'raised'],
  ['in another zone, before now', '2026-11-20T10:16:29+02:00', 'cleared'],
  ['year 1', '0001-01-01T00:00:00Z', 'raised'],
  ['missing', undefined, 'raised'],
])('an end that is %s', (_, endsAt, status) => {
  expect(observe({ ...alert, endsAt })).toMatchObject([{ status }]);
});

test.each([
  ['another value', { ...labels, host: 'node-b' }],
  ['another label', { ...labels, rack: '1' }],
  ['a severity that another rule raised', { ...labels, severity: 'warning' }],
])('%s makes another condition', (_, other) => {
  const [one, two] = observe(alert, { ...alert, labels: other });
  expect(two?.key).not.toBe(one?.key);
});

test('an empty label is no label', () => {
  const [one, two] = observe(alert, { ...alert, labels: { ...labels, rack: '' } });
  expect(two?.key).toBe(one?.key);
});

test('a key depends on labels alone: not on their order, not on times and annotations', () => {
  const name = fc.stringMatching(/^[a-z_]{1,8}$/);
  fc.assert(
    fc.property(fc.dictionary(name, fc.string()), fc.string(), (more, summary) => {
      const given = { ...more, ...labels };
      const backwards = Object.fromEntries(Object.entries(given).reverse());
      const [one, two] = observe(
        { ...alert, labels: given },
        { labels: backwards, annotations: { summary }, startsAt: null },
      );
      expect(two?.key).toBe(one?.key);
    }),
  );
});

test('a failure of collectd is a raised condition, and OKAY its end', () => {
  const [raised] = sample('collectd-failure');
  expect(raised).toMatchObject({
    status: 'raised',
    target: { kind: 'host', host: 'node-a' },
    severity: 'critical',
    cause: 'link eth0 is down',
  });
  expect(sample('collectd-okay')).toMatchObject([
    { key: raised?.key, status: 'cleared', observed_at: '2026-11-20T08:16:10.000000000Z' },
  ]);
});

test('a warning of collectd is the same condition as its failure', () => {
  const notification = (severity: string) => ({
    labels: { alertname: 'collectd_load', instance: 'node-a', service: 'collectd', severity },
  });
  const [warning, failure] = observe(notification('WARNING'), notification('FAILURE'));
  expect(warning).toMatchObject({ status: 'raised', severity: 'warning' });
  expect(failure).toMatchObject({ severity: 'critical', key: warning?.key });
});

test('an alert about the service collectd, which collectd did not send, is an alert', () => {
  const about = (severity: string) => ({
    ...alert,
    labels: { ...labels, service: 'collectd', severity },
  });
  const [one, two] = observe(about('critical'), about('warning'));
  expect(one?.status).toBe('raised');
  expect(two?.key).not.toBe(one?.key);
});

test('metrics of collectd are one unmatched item, however many they are', () => {
  const metrics = alertsSample('collectd-metrics');
  expect(read(...metrics, alert)).toMatchObject([
    { kind: 'observation' },
    { kind: 'unmatched', reason: expect.stringMatching(/2 metrics/), item: metrics[0] },
  ]);
});

test.each([
  ['an end that is no time', { ...alert, endsAt: 'soon' }, /alert.endsAt/],
  ['no labels', { startsAt: alert.startsAt }, /alert.labels/],
  ['no host', { labels: { alertname: 'Watchdog' } }, /names the target/],
])('an alert with %s is unmatched, and the others count', (_, bad, reason) => {
  const items = read(bad, alert);
  expect(reasons(items)).toEqual([expect.stringMatching(reason)]);
  expect(observations(items)).toHaveLength(1);
});

test.each([
  ['an object', {}],
  ['nothing', undefined],
  ['a text', 'x'],
])('%s is no list of alerts', (_, body) => {
  expect(PrometheusAlerts.safeParse(body).success).toBe(false);
});

test('alerts are read whatever they are: no error', () => {
  fc.assert(fc.property(fc.array(fc.jsonValue()), (alerts) => void read(...alerts)));
});

test('an unmatched alert that is sent again, with other times and texts, is the same item', () => {
  const from = { source: 'prometheus', at: '2026-01-01T00:00:00.000Z', request_id: 'req' };
  const reporter = { user_id: 'm', user_name: 'm', project_id: 'p' };
  const idOf = (summary: string, endsAt: string) => {
    const [item] = read({ labels: { alertname: 'Watchdog' }, annotations: { summary }, endsAt });
    if (item?.kind !== 'unmatched') throw new Error('It is matched.');
    return unmatchedItem(item, { ...from, reported_by: reporter }).unmatched_id;
  };
  const first = idOf('since 1 m', '2026-11-20T09:00:00Z');
  expect(idOf('since 2 m', '2026-11-20T09:01:00Z')).toBe(first);
});
