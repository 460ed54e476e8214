/** The session with the cloud: logins, endpoints, attempts and errors. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { CloudError, CloudErrorKind } from '../../../adapters/cloud/cloud-error.ts';
import { readCloudSecret } from '../../../adapters/cloud/cloud-secret.ts';
import {
  type CloudRequest,
  type CloudSession,
  makeCloudSession,
} from '../../../adapters/cloud/session.ts';
import { type StandIn, standIn } from '../../cloud/stand-in.ts';

let cloud: StandIn;
let session: CloudSession;
let time = 0;

const sessionWith = (
  given: { readonly secret?: Record<string, unknown>; readonly mostInFlight?: number } = {},
) =>
  makeCloudSession({
    secret: async () => readCloudSecret(JSON.stringify({ ...cloud.secret, ...given.secret })),
    firstPauseMs: 1,
    now: () => time,
    ...(given.mostInFlight !== undefined && { mostInFlight: given.mostInFlight }),
  });

beforeEach(async () => {
  time = Date.now();
  cloud = await standIn({ now: () => time });
  cloud.serve('compute', '/compute', '/v2.1', ({ method, below, headers }) => {
    if (below === '/v2.1/moved') return { status: 302, headers: { Location: 'http://else/' } };
    const version = headers['openstack-api-version'];
    return { status: 200, body: { method, below, version } };
  });
  session = sessionWith();
});
afterEach(() => cloud.stop());

const Seen = z.object({ method: z.string(), below: z.string(), version: z.string().optional() });

const asked = (given: Partial<CloudRequest<z.infer<typeof Seen>>> = {}) =>
  session.request({
    service: 'compute',
    method: 'GET',
    path: '/os-services',
    schema: Seen,
    ...given,
  });

const logins = () =>
  cloud.requests.filter(({ method, path }) => method === 'POST' && path.endsWith('/auth/tokens'));
const sent = () => cloud.requests.filter(({ path }) => path.startsWith('/compute'));

const failing = async (request: Promise<unknown>): Promise<CloudError> =>
  request.then(
    () => expect.unreachable('it did not fail'),
    (error) => error,
  );

describe('logins', () => {
  test('a session logs in once for all requests, at the same time and later', async () => {
    await Promise.all([asked(), asked(), asked()]);
    await asked();
    expect(logins()).toHaveLength(1);
    expect(sent()).toHaveLength(4);
  });

  test('a token is renewed before it expires', async () => {
    await asked();
    time += 3500_000;
    await asked();
    expect(logins()).toHaveLength(2);
  });

  test('while Keystone does not answer, the old token is used as long as it is valid', async () => {
    await asked();
    time += 3500_000;
    cloud.disturb({ method: 'POST', path: /auth/, how: 'lose', times: 9 });
    expect(await asked()).toMatchObject({ below: '/v2.1/os-services' });
  });

  test('a service that refuses the token causes one more login, and then an error', async () => {
    await asked();
    cloud.disturb({ path: /os-services/, how: 'refuse', status: 401 });
    await asked();
    expect(logins()).toHaveLength(2);
    cloud.disturb({ path: /os-services/, how: 'refuse', status: 401, times: 2 });
    expect(await failing(asked())).toMatchObject({ kind: 'unauthorized', status: 401 });
  });

  test('a replaced secret is read again when Keystone refuses the old one', async () => {
    const old = { ...cloud.secret, application_credential_secret: 'replaced' };
    const replaced = makeCloudSession({
      secret: async (maxAgeMs) =>
        readCloudSecret(JSON.stringify(maxAgeMs === undefined ? old : cloud.secret)),
    });
    await replaced.request({ service: 'compute', method: 'GET', path: '/x', schema: Seen });
    expect(logins()).toHaveLength(2);
  });

  test('a credential that Keystone refuses is an error, and is not tried again', async () => {
    session = sessionWith({ secret: { application_credential_secret: 'wrong' } });
    expect(await failing(asked())).toMatchObject({ kind: 'unauthorized', uncertain: false });
    expect(logins()).toHaveLength(1);
  });
});

describe('endpoints', () => {
  test('a service is found by type, region and interface', async () => {
    expect(await session.endpoint('compute')).toMatch(/\/compute\/v2\.1$/);
    expect(await session.endpoint('identity')).toBe(cloud.url);
    session = sessionWith({ secret: { region_name: undefined, interface: 'internal' } });
    expect(await session.endpoint('compute')).toMatch(/\/compute\/v2\.1$/);
  });

  test.each([{ region_name: 'Elsewhere' }, {}])(
    'a service that the catalogue does not have is an error: %o',
    async (secret) => {
      session = sessionWith({ secret });
      expect(await failing(session.endpoint('volume'))).toMatchObject({ kind: 'not_found' });
    },
  );

  test('a microversion is sent', async () => {
    expect(await asked({ microversion: '2.94' })).toMatchObject({ version: 'compute 2.94' });
  });
});

describe('attempts', () => {
  test.each([
    { how: 'refuse', status: 503 },
    { how: 'refuse', status: 429 },
    { how: 'lose' },
    { how: 'lose-answer' },
  ] as const)('a request that may be repeated is repeated after %o', async (disturbance) => {
    cloud.disturb({ path: /os-services/, ...disturbance });
    await asked({ method: 'PUT', body: { forced_down: true } });
    expect(sent()).toHaveLength(2);
  });

  test.each([{ how: 'refuse', status: 503 }, { how: 'lose-answer' }] as const)(
    'a POST is not repeated after %o: it may have been carried out',
    async (disturbance) => {
      cloud.disturb({ path: /action/, ...disturbance });
      const error = await failing(asked({ method: 'POST', path: '/servers/1/action' }));
      expect(error).toMatchObject({ uncertain: true });
      expect(sent()).toHaveLength(1);
    },
  );

  test('a POST is repeated when the service has too many requests, or the login failed', async () => {
    cloud.disturb({ path: /auth/, how: 'lose-answer' });
    cloud.disturb({ path: /action/, how: 'refuse', status: 429, headers: { 'Retry-After': '0' } });
    await asked({ method: 'POST', path: '/servers/1/action' });
    expect(sent()).toHaveLength(2);
  });

  test('after the last attempt the error says what the service answered', async () => {
    cloud.disturb({ path: /os-services/, how: 'refuse', status: 503, times: 9 });
    const error = await failing(asked({ tries: 2 }));
    expect(error).toMatchObject({ kind: 'failed', status: 503 });
    expect(error.message).toContain('disturbed by a test');
    expect(sent()).toHaveLength(2);
  });

  test('a service that does not answer in time is unreachable', async () => {
    cloud.disturb({ path: /os-services/, how: 'delay', ms: 2_000 });
    const error = await failing(asked({ tries: 1, timeoutMs: 30 }));
    expect(error).toMatchObject({ kind: 'unreachable', uncertain: true });
  });

  test('a cloud that is off is unreachable, and a request to it was certainly not carried out', async () => {
    await asked();
    await cloud.stop();
    const error = await failing(asked({ method: 'POST', tries: 2 }));
    expect(error).toMatchObject({ kind: 'unreachable', uncertain: false });
    await cloud.start();
    await asked({ method: 'POST' });
  });

  test('no more requests than allowed are in flight at once', async () => {
    session = sessionWith({ mostInFlight: 2 });
    let inFlight = 0;
    let most = 0;
    cloud.serve('load', '/load', '', async () => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      await new Promise((done) => setTimeout(done, 5));
      inFlight -= 1;
      return { status: 200, body: {} };
    });
    const request = { service: 'load', method: 'GET', path: '/x', schema: z.unknown() } as const;
    await Promise.all(Array.from({ length: 6 }, () => session.request(request)));
    expect(most).toBe(2);
  });
});

describe('errors', () => {
  test.each<[number, CloudErrorKind]>([
    [400, 'invalid'],
    [403, 'refused'],
    [404, 'not_found'],
    [409, 'conflict'],
    [412, 'conflict'],
  ])('a %i is %s, and is not repeated', async (status, kind) => {
    cloud.disturb({ path: /os-services/, how: 'refuse', status });
    expect(await failing(asked())).toMatchObject({ kind, status });
    expect(sent()).toHaveLength(1);
  });

  test('a redirect is not followed, so the token goes nowhere else', async () => {
    expect(await failing(asked({ path: '/moved' }))).toMatchObject({ kind: 'unreadable' });
  });

  test('an answer that the schema does not read is an error', async () => {
    const schema = z.object({ services: z.array(z.unknown()) });
    const error = await failing(
      session.request({ service: 'compute', method: 'GET', path: '/x', schema }),
    );
    expect(error).toMatchObject({ kind: 'unreadable' });
    expect(error.message).toContain('services');
  });

  test.each([
    ['not JSON', 'is not JSON'],
    ['{}', 'auth_url'],
    [JSON.stringify({ auth_url: 'ftp://x' }), 'auth_url'],
  ])('a secret that cannot be used names what is wrong: %s', (text, named) => {
    expect(() => readCloudSecret(text)).toThrow(named);
  });
});
