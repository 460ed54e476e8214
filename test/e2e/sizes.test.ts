/** Requests that are too large for AWS are refused on every target, with the limit in the message. */
import { beforeAll, expect, test } from 'vitest';
import { type Cloud, expectStatus, logins } from './cloud.ts';
import { refusals } from './dialects.ts';

let cloud: Cloud;

beforeAll(async () => {
  cloud = await logins();
});

const body = `"${'x'.repeat(7_000_000)}"`;

test.each([
  { dialect: 'identity', method: 'POST', path: '/identity/v3/auth/tokens' },
  { dialect: 'compute', method: 'PUT', path: '/compute/v2.1/os-services/force-down' },
  { dialect: 'network', method: 'POST', path: '/network/v2.0/ports' },
  { dialect: 'alarming', method: 'POST', path: '/alarming/v2/alarms' },
  { dialect: 'doctor', method: 'POST', path: '/doctor/v1/events' },
] as const)('a request of 7 MB to $path is a 413', async ({ dialect, method, path }) => {
  const answer = await cloud.admin.call(method, path, { body });
  expectStatus(answer, 413);
  expect(answer.body).toEqual(refusals[dialect](413, 'at most 5.9 MB fit'));
});
