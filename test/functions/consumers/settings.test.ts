import { Metrics } from '@aws-lambda-powertools/metrics';
import { expect, test, vi } from 'vitest';
import type * as z from 'zod';
import { countAll } from '../../../adapters/alarms/metrics.ts';
import {
  amount,
  delays,
  environment,
  limit,
  list,
  optionalText,
  readEnv,
  required,
  requiredList,
  truth,
} from '../../../adapters/env.ts';

const internal = expect.objectContaining({ code: 'internal' });

test('a variable that must be set stops the function by its name, also if it is empty', () => {
  const schema = environment({ HOSTS_TABLE: required, ACTION_TOPICS: requiredList });
  const env = { HOSTS_TABLE: 'hosts', ACTION_TOPICS: 'a, b', PATH: '/bin' };
  expect(readEnv(schema, env)).toEqual({ HOSTS_TABLE: 'hosts', ACTION_TOPICS: ['a', 'b'] });
  for (const value of [undefined, '']) {
    expect(() => readEnv(schema, { ...env, HOSTS_TABLE: value })).toThrow(/HOSTS_TABLE/);
    expect(() => readEnv(schema, { ...env, ACTION_TOPICS: value })).toThrow(/ACTION_TOPICS/);
  }
  expect(() => readEnv(schema, {})).toThrow(/HOSTS_TABLE.*ACTION_TOPICS/);
  expect(() => readEnv(schema, {})).toThrow(internal);
});

test('a missing text or list is empty, like one that is set to an empty value', () => {
  const schema = environment({ PUBLIC_URL: optionalText, ACTION_TOPICS: list });
  const empty = { PUBLIC_URL: '', ACTION_TOPICS: [] };
  expect(readEnv(schema, {})).toEqual(empty);
  expect(readEnv(schema, { PUBLIC_URL: '', ACTION_TOPICS: '' })).toEqual(empty);
});

/** The value of a variable that has this text. */
const readAs = (schema: z.ZodType, value?: string) =>
  readEnv(environment({ FINISH_DELAYS_SECONDS: schema }), { FINISH_DELAYS_SECONDS: value });

test.each([
  ['an amount', amount, '7.5', 7.5],
  ['an amount', amount, '0', 0],
  ['a limit', limit, '-1', -1],
  ['delays', delays, '5,900', [5, 900]],
  ['a truth', truth, 'true', true],
  ['a truth', truth, 'false', false],
])('%s is read: %#', (_, schema, value, FINISH_DELAYS_SECONDS) => {
  expect(readAs(schema, value)).toEqual({ FINISH_DELAYS_SECONDS });
});

test.each([
  ['an amount', amount, ['x', '-1']],
  ['a limit', limit, ['x', '-2', '1.5']],
  ['delays', delays, ['x', '-1', '901', '5;900', '1.5']],
  ['a truth', truth, ['yes', '1']],
])('%s of another form, or that is missing, stops the function', (_, schema, wrong) => {
  for (const value of [...wrong, undefined, '']) {
    expect(() => readAs(schema, value), value).toThrow(internal);
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
