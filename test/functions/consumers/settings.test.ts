import { Metrics } from '@aws-lambda-powertools/metrics';
import { expect, test, vi } from 'vitest';
import { countAll } from '../../../adapters/alarms/metrics.ts';
import { amount, delays, optional, required } from '../../../adapters/env.ts';

const internal = expect.objectContaining({ code: 'internal' });

test('a variable that must be there stops the function, by its name', () => {
  expect(required({ HOSTS_TABLE: 'hosts' }, 'HOSTS_TABLE')).toBe('hosts');
  for (const env of [{}, { HOSTS_TABLE: '' }]) {
    expect(() => required(env, 'HOSTS_TABLE')).toThrow(/HOSTS_TABLE/);
  }
});

test('one that is missing or empty has its default', () => {
  expect(optional({}, 'PUBLIC_URL', 'x')).toBe('x');
  expect(optional({ PUBLIC_URL: '' }, 'PUBLIC_URL', 'x')).toBe('x');
});

test('amounts and delays are numbers, or the function stops', () => {
  const env = (value: string) => ({ FINISH_DELAYS_SECONDS: value });
  expect(amount(env('7.5'), 'FINISH_DELAYS_SECONDS', 1)).toBe(7.5);
  expect(amount({}, 'FINISH_DELAYS_SECONDS', 1)).toBe(1);
  expect(delays({}, 'FINISH_DELAYS_SECONDS', '5,900')).toEqual([5, 900]);
  for (const bad of ['x', '-1']) {
    expect(() => amount(env(bad), 'FINISH_DELAYS_SECONDS', 1)).toThrow(internal);
  }
  for (const bad of ['x', '-1', '901', '5;900', '1.5']) {
    expect(() => delays(env(bad), 'FINISH_DELAYS_SECONDS', '5')).toThrow(internal);
  }
});

test('counts are one line of metrics, those that are 0 are left out, and none is no line', () => {
  const metrics = new Metrics({ namespace: 'test', serviceName: 'test' });
  const lines: string[] = [];
  vi.spyOn(metrics, 'publishStoredMetrics').mockImplementation(() => {
    lines.push(JSON.stringify(metrics.serializeMetrics()));
    metrics.clearMetrics();
    return metrics;
  });
  countAll(metrics, { Events: 3, AlarmsFired: 0 });
  countAll(metrics, { Events: 0, AlarmsFired: 0 });
  expect(lines.map((line) => JSON.parse(line))).toEqual([expect.objectContaining({ Events: 3 })]);
  expect(lines[0]).not.toContain('AlarmsFired');
});
