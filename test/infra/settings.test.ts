import { expect, test } from 'vitest';
import { defaults, settingsFrom } from '../../infra/settings.ts';

const from = (context: Readonly<Record<string, unknown>>) => settingsFrom((name) => context[name]);

test('a context that says nothing sets nothing', () => {
  expect(from({})).toEqual({});
});

test('every setting can be given as text, as the command line gives it', () => {
  const given = Object.fromEntries(
    Object.entries(defaults).map(([name, value]) => [name, String(value)]),
  );
  expect(from(given)).toEqual(defaults);
});

test('every setting can be given as cdk.json gives it', () => {
  expect(from({ ...defaults, finishDelaysSeconds: '5,900' })).toEqual(defaults);
});

test.each([
  ['acceptAlarmsWithoutResourceId', 'no'],
  ['serviceDownTimeSeconds', '1.5'],
  ['instancesOnForceDown', 'keep'],
  ['safeLaneDelaySeconds', 'soon'],
  ['safeLaneDelaySeconds', ''],
  ['safeLaneDelaySeconds', '901'],
  ['finishDelaysSeconds', '5,1000'],
  ['finishDelaysSeconds', '5,,900'],
  ['evaluatorTimeoutSeconds', '-1'],
  ['evaluatorConcurrency', '1.5'],
  ['historyRetentionDays', 'ever'],
])('%s=%s is refused by name', (name, value) => {
  expect(() => from({ [name]: value })).toThrow(name);
});
