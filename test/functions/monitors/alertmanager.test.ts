/** The meaning of Alertmanager's webhook: the recorded shapes in `samples/`. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AlertmanagerWebhook, readWebhook } from '../../../functions/monitors/alertmanager.ts';
import { observations, reading, reasons, webhookSample } from './alert-samples.ts';

const read = (name: string, of = reading()) => readWebhook(webhookSample(name), of);
const states = (name: string) =>
  observations(read(name)).map(({ status, target }) => [
    target.kind === 'host' && target.host,
    status,
  ]);

const labels = { alertname: 'HostDown', host: 'node-a' };
const alert = {
  status: 'firing',
  labels,
  annotations: {},
  startsAt: '2026-11-20T08:15:30Z',
  endsAt: '0001-01-01T00:00:00Z',
  fingerprint: 'f1',
};
const body = (...alerts: unknown[]): AlertmanagerWebhook => ({
  version: '4',
  receiver: 'r',
  alerts,
});
const one = (change: object) => readWebhook(body({ ...alert, ...change }), reading());

test('a firing alert is a raised condition of the host of its instance', () => {
  expect(observations(read('firing-group'))[0]).toEqual({
    key: '0a1b2c3d4e5f6071/doctor',
    status: 'raised',
    target: { kind: 'host', host: 'node-a' },
    effect: 'host_down',
    severity: 'critical',
    cause: 'node-a:9100 does not answer',
    observed_at: '2026-11-20T08:15:30.123456789Z',
    fenced: null,
  });
});

test.each([
  ['a group of two', 'firing-group', ['raised', 'raised']],
  ['a partly resolved group, whose own status is firing', 'partly-resolved', ['cleared', 'raised']],
  ['a resolved group', 'resolved', ['cleared']],
  ['a truncated group, whose own status is resolved', 'truncated', ['cleared', 'cleared']],
  ['what follows the death of Prometheus', 'prometheus-died', ['cleared', 'cleared']],
  ['a group of 0.33, with more keys', '0.33-some-resolved', ['cleared', 'raised']],
])('%s: each alert by its own status', (_, name, expected) => {
  const hosts = name === 'resolved' ? ['node-b'] : ['node-a', 'node-b'];
  expect(states(name)).toEqual(expected.map((status, index) => [hosts[index], status]));
});

test('alerts that are not listed are neither raised nor cleared', () => {
  expect(readWebhook(body(), reading())).toEqual([]);
});

test('a truncated group is reported as a mistake of the configuration', () => {
  expect(reasons(read('truncated'))).toEqual([
    expect.stringMatching(/max_alerts cut off 3 alerts/),
  ]);
  expect(reasons(read('firing-group'))).toEqual([]);
});

test('the raise and the end of an alert have one key', () => {
  const [raised] = observations(read('firing-group'));
  const [cleared] = observations(read('partly-resolved'));
  expect(cleared?.key).toBe(raised?.key);
});

test('a key holds no time: startsAt changes when a fault flaps between two flushes', () => {
  const later = observations(one({ startsAt: '2026-11-20T09:00:00Z' }));
  expect(later.map(({ key }) => key)).toEqual(observations(one({})).map(({ key }) => key));
});

test('an alert that comes by two receivers, or two URLs of one, is a condition of each', () => {
  const keys = [
    ...readWebhook(body(alert), reading()),
    ...readWebhook({ ...body(alert), receiver: 'other' }, reading()),
    ...readWebhook(body(alert), reading({}, 'host_data_plane')),
  ];
  expect(new Set(observations(keys).map(({ key }) => key)).size).toBe(3);
});

test('a receiver with a long name still gives a key of at most 255 characters', () => {
  const keyOf = (receiver: string) =>
    observations(readWebhook({ ...body(alert), receiver }, reading()))[0]?.key ?? '';
  expect(keyOf('x'.repeat(300)).length).toBeLessThanOrEqual(255);
  expect(keyOf('x'.repeat(300))).not.toBe(keyOf('x'.repeat(301)));
});

test.each([
  ['nanoseconds', '2026-11-20T08:15:30.123456789Z', '2026-11-20T08:15:30.123456789Z'],
  ['year 1', '0001-01-01T00:00:00Z', null],
  ['no time', undefined, null],
  ['a text that is no time', 'yesterday', null],
])('startsAt with %s', (_, startsAt, observed_at) => {
  expect(observations(one({ startsAt }))).toMatchObject([{ observed_at }]);
});

test('an end has the time of the end', () => {
  const endsAt = '2026-11-20T08:20:00.5Z';
  expect(observations(one({ status: 'resolved', endsAt }))).toMatchObject([
    { observed_at: endsAt },
  ]);
});

test.each([
  ['the summary', { summary: 'down', description: 'long' }, 'down'],
  ['the description without a summary', { description: 'long' }, 'long'],
  ['the name of the alert without both', {}, 'HostDown'],
  ['the name if the summary is no text', { summary: 1 }, 'HostDown'],
  ['the name without annotations', null, 'HostDown'],
])('the cause is %s', (_, annotations, cause) => {
  expect(observations(one({ annotations }))).toMatchObject([{ cause }]);
});

test.each([
  ['no status', { status: undefined }, /alert.status/],
  ['a status of its own', { status: 'suppressed' }, /alert.status/],
  ['no fingerprint', { fingerprint: undefined }, /alert.fingerprint/],
  ['a label that is no text', { labels: { host: 1 } }, /alert.labels.host/],
  ['no labels', { labels: undefined }, /alert.labels/],
  ['no label that names a host', { labels: { alertname: 'Watchdog' } }, /host, node, nodename/],
  ['an empty host label', { labels: { host: '' } }, /host, node, nodename/],
  ['an unknown type', { labels: { ...labels, doctor_type: 'disk' } }, /type is not known/],
])('an alert with %s is unmatched, and the others count', (_, change, reason) => {
  const bad = { ...alert, ...change };
  expect(readWebhook(body(bad, alert), reading())).toMatchObject([
    { kind: 'unmatched', reason: expect.stringMatching(reason), item: bad },
    { kind: 'observation' },
  ]);
});

test.each([
  ['a list', []],
  ['nothing', undefined],
  ['another version', { ...body(), version: '3' }],
  ['a body of a template of one’s own', { text: 'HostDown' }],
  ['alerts that are no list', { ...body(), alerts: {} }],
])('%s is not the webhook’s body', (_, given) => {
  expect(AlertmanagerWebhook.safeParse(given).success).toBe(false);
});

test('a webhook is read for any alerts: an item each, in their order, and no error', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.jsonValue(), fc.constant(alert))), (alerts) => {
      const items = readWebhook(body(...alerts), reading());
      expect(items.map(({ kind }) => kind)).toEqual(
        alerts.map((each) => (each === alert ? 'observation' : 'unmatched')),
      );
    }),
  );
});
