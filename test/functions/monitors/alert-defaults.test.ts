/** The meaning of an alert's labels without rules of an operator. */
import { expect, test } from 'vitest';
import { effectOf, severityOf } from '../../../functions/monitors/alert-defaults.ts';
import { hostOf, withoutPort } from '../../../functions/monitors/alert-target.ts';

const labels = (given: Record<string, string>) => new Map(Object.entries(given));
const all = { instance: 'e:1', hostname: 'd', nodename: 'c', node: 'b', host: 'a' };

test.each([
  [all, 'a'],
  [{ ...all, host: undefined }, 'b'],
  [{ instance: 'e:1', hostname: 'd', nodename: 'c' }, 'c'],
  [{ instance: 'e:1', hostname: 'd' }, 'd'],
  [{ instance: 'e:1' }, 'e'],
  [{ alertname: 'x' }, undefined],
])('of the labels %j the host is %s', (given, host) => {
  const set = Object.entries(given).flatMap(([name, value]) => (value ? [[name, value]] : []));
  expect(hostOf(labels(Object.fromEntries(set)))).toBe(host);
});

test.each([
  ['compute-1:9100', 'compute-1'],
  ['compute-1', 'compute-1'],
  ['192.0.2.1:9100', '192.0.2.1'],
  ['[2001:db8::1]:9100', '2001:db8::1'],
  ['[2001:db8::1]', '2001:db8::1'],
  ['2001:db8::1', '2001:db8::1'],
  ['compute-1:http', 'compute-1:http'],
  [':9100', ''],
])('the instance %s without its port is %s', (instance, host) => {
  expect(withoutPort(instance)).toBe(host);
});

test.each([
  ['critical', 'critical'],
  ['CRITICAL', 'critical'],
  ['FAILURE', 'critical'],
  ['error', 'major'],
  ['major', 'major'],
  ['page', 'major'],
  ['minor', 'minor'],
  ['warning', 'warning'],
  ['WARNING', 'warning'],
  ['none', 'indeterminate'],
  ['info', 'indeterminate'],
  ['constructor', 'indeterminate'],
])('the severity %s is %s', (severity, expected) => {
  expect(severityOf(labels({ severity }))).toBe(expected);
});

test('no severity is indeterminate', () => {
  expect(severityOf(labels({}))).toBe('indeterminate');
});

test.each([
  [{}, undefined, 'host_down'],
  [{}, 'compute.host.down', 'host_down'],
  [{}, 'host_unreachable', 'host_unreachable'],
  [{ doctor_type: 'compute.host.unreachable' }, undefined, 'host_unreachable'],
  [{ doctor_type: 'host_data_plane' }, undefined, 'host_data_plane'],
  [{ doctor_type: 'host_data_plane' }, 'none', 'none'],
  [{ port_id: 'p' }, undefined, 'port_data_plane'],
  [{ port_id: 'p', doctor_type: 'port_status' }, undefined, 'port_status'],
  [{ port_id: 'p' }, 'compute.host.down', 'host_down'],
  [{ doctor_type: 'disk' }, undefined, undefined],
  [{}, 'disk', undefined],
])('labels %j and the type %s of the URL have the effect %s', (given, type, effect) => {
  expect(effectOf(labels(given), type)).toBe(effect);
});
