import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { defaults, settingRows, settingsFrom, variablesOf } from '../../infra/settings.ts';

const from = (context: Readonly<Record<string, unknown>>) => settingsFrom((name) => context[name]);

test('an empty context gives the defaults', () => {
  expect(from({})).toEqual(defaults);
});

test('every setting has a meaning for the reference', () => {
  expect(settingRows.map(({ name }) => name)).toEqual(Object.keys(defaults));
  for (const { name, means } of settingRows) expect(means, name).not.toBe('');
});

/** What one tenant, or one caller without a token, can use of what all share. */
const limitsOfTenants = [
  ...['projectAlarmQuota', 'projectWideAlarmQuota', 'projectPeriodicAlarmQuota'],
  ...['actionsPerAlarm', 'timeConstraintsPerAlarm', 'silencesPerProject', 'silenceLongestSeconds'],
  ...['subscriptionsPerProject', 'subscriptionRequestsPerHour', 'subscriptionCooldownSeconds'],
  ...['credentialsPerUser', 'loginAttemptsPerUser', 'loginAttemptsPerSource'],
  ...['webhookPostsPerReceiver', 'webhookPostsPerProject', 'webhookPlacesPerProject'],
  ...['heldRequestsPerProject', 'heldRequests', 'alarmTestsPerProject'],
] as const;

test.each(limitsOfTenants)('%s limits tenants by default, and is in the guide', (name) => {
  // 0 and -1 would mean no limit.
  expect(defaults[name]).toBeGreaterThan(0);
  const guide = readFileSync(join(import.meta.dirname, '../../docs/administrators.md'), 'utf8');
  const [, section = ''] = guide.split('### Limits of tenants');
  const [table = ''] = section.split('\n### ');
  expect(table).toContain(`\`${name}\``);
});

test('an alarm that names no resource counts more than one that does', () => {
  expect(defaults.projectWideAlarmQuota).toBeLessThanOrEqual(defaults.projectAlarmQuota / 10);
});

test('every wrong setting is named, with the item that is wrong', () => {
  const wrong = { webhookAttempts: '0', actionTopics: 'arn:aws:sns:eu-west-1:123456789012:t,x' };
  expect(() => from(wrong)).toThrow(
    /^setting webhookAttempts is less than 1: 0\nsetting actionTopics, item 2, is not the ARN/,
  );
});

test('the variables of functions have the names that functions read', () => {
  const settings = { ...defaults, corsAllowedOrigins: ['https://a.example', 'https://b.example'] };
  expect(variablesOf(settings, 'corsAllowedOrigins', 'finishDelaysSeconds')).toEqual({
    CORS_ALLOWED_ORIGINS: 'https://a.example,https://b.example',
    FINISH_DELAYS_SECONDS: '5,900',
  });
  expect(() => variablesOf(settings, 'notificationTopics')).toThrow('notificationTopics');
});

test('every setting can be given as text, as the command line gives it', () => {
  const given = Object.fromEntries(
    Object.entries(defaults).map(([name, value]) => [name, String(value)]),
  );
  expect(from(given)).toEqual(defaults);
});

test('every setting can be given as cdk.json gives it', () => {
  const lists = {
    ...{ finishDelaysSeconds: '5,900', webhookAllowedRanges: '', actionTopics: '' },
    corsAllowedOrigins: '',
  };
  expect(from({ ...defaults, ...lists })).toEqual(defaults);
});

test.each([
  ['publicUrl', 'faults.example'],
  ['publicUrl', 'ftp://faults.example'],
  // Clients take these for the version of a service.
  ['publicUrl', 'https://faults.example/v1'],
  ['publicUrl', 'https://faults.example/env2/doctor'],
  ['publicUrl', 'https://faults.example/dev.cloud'],
  ['corsAllowedOrigins', 'console.example'],
  ['corsAllowedOrigins', 'https://console.example/'],
  ['corsAllowedOrigins', 'https://console.example/page'],
  ['corsAllowedOrigins', 'https://*.example'],
  ['corsAllowedOrigins', 'null'],
  ['regionName', ''],
  ['acceptAlarmsWithoutResourceId', 'no'],
  ['serviceDownTimeSeconds', '1.5'],
  ['instancesOnForceDown', 'keep'],
  ['evacuationExecutor', 'internal'],
  ['evacuationExecutor', ''],
  ['safeLaneDelaySeconds', 'soon'],
  ['safeLaneDelaySeconds', ''],
  ['safeLaneDelaySeconds', '901'],
  ['finishDelaysSeconds', '5,1000'],
  ['finishDelaysSeconds', '5,,900'],
  ['evaluatorTimeoutSeconds', '-1'],
  ['evaluatorConcurrency', '1.5'],
  ['bulkConcurrency', '1'],
  ['historyRetentionDays', 'ever'],
  ['webhookTimeoutSeconds', '0'],
  ['webhookTimeoutSeconds', '11'],
  ['webhookAttempts', '0'],
  ['webhookConcurrency', '1'],
  ['webhookPlacesPerProject', '0'],
  ['webhookPostsPerReceiver', '-1'],
  ['webhookPostsPerProject', 'many'],
  ['actionTopics', 'arn:aws:sqs:eu-west-1:123456789012:queue'],
  ['actionTopics', 'arn:aws:sns:eu-west-1:123456789012:t.fifo'],
  ['notificationTopics', '0'],
  ['subscriptionsPerProject', 'many'],
  ['projectWideAlarmQuota', '-2'],
  ['subscriptionCooldownSeconds', '86401'],
  ['subscriptionRequestsPerHour', '-1'],
  ['actionsPerAlarm', '101'],
  ['timeConstraintsPerAlarm', '-1'],
  ['loginAttemptsPerUser', '-1'],
  ['loginAttemptsPerSource', 'many'],
  ['loginAttemptsWindowSeconds', '0'],
  ['passwordHashRounds', '9'],
  ['passwordHashRounds', '18'],
  ['credentialsPerUser', '-2'],
  ['requestsPerSecond', '0'],
  ['requestBurst', '0'],
  ['loginsPerSecond', '0.5'],
  ['loginBurst', 'many'],
  ['reportConcurrency', '-1'],
  ['accountConcurrency', '0'],
  ['alarmEmail', 'ops'],
  ['alarmEmail', 'ops@cloud.example,more@cloud.example'],
  ['webhookAllowedRanges', '10.0.0.0'],
  ['webhookAllowedRanges', '10.0.0.0/8,fd00::/129'],
  ['webhookAllowedRanges', 'everywhere/0'],
])('%s=%s is refused by name', (name, value) => {
  expect(() => from({ [name]: value })).toThrow(name);
});

test('an address may have a version-like host and a base path', () => {
  const publicUrl = 'https://v2.faults.example/cloud';
  expect(from({ publicUrl })).toMatchObject({ publicUrl });
});

test('origins are separated by commas, and have a port if it is not the default one', () => {
  const corsAllowedOrigins = 'https://console.example, http://localhost:8080,*';
  expect(from({ corsAllowedOrigins })).toMatchObject({
    corsAllowedOrigins: ['https://console.example', 'http://localhost:8080', '*'],
  });
});
