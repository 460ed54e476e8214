import { expect, test } from 'vitest';
import { gatewayPlaceOf } from '../../../adapters/http/gateway-path.ts';

const stage = 'https://a1b2c3.execute-api.eu-west-1.amazonaws.com';
const domain = 'https://faults.example';

type Given = {
  /** The path that the client uses, below the address of the stage or of the domain. */
  readonly seen: string;
  /** `event.path`. */
  readonly path: string;
  readonly resource?: string;
  readonly proxy?: string;
  readonly host?: string;
};

const place = (given: Given, publicUrl = '') => {
  const { seen, path, resource = '/compute/{proxy+}', proxy, host = domain } = given;
  const pathParameters = proxy === undefined ? null : { proxy };
  const requestContext = { path: seen, domainName: new URL(host).hostname, stage: 'api' };
  return gatewayPlaceOf({ path, resource, pathParameters, requestContext }, publicUrl);
};

const servers = { path: '/compute/v2.1/servers', proxy: 'v2.1/servers' };

/** The event of a REST API, for each way to reach the same resource. */
test.each([
  {
    way: 'the stage',
    given: { ...servers, host: stage, seen: '/api/compute/v2.1/servers' },
    root: `${stage}/api`,
  },
  {
    way: 'a domain without a base path',
    given: { ...servers, seen: '/compute/v2.1/servers' },
    root: domain,
  },
  {
    way: 'a base path',
    given: { ...servers, path: '/cloud/compute/v2.1/servers', seen: '/cloud/compute/v2.1/servers' },
    root: `${domain}/cloud`,
  },
  {
    way: 'a base path of several parts',
    given: { ...servers, path: '/a/b/compute/v2.1/servers', seen: '/a/b/compute/v2.1/servers' },
    root: `${domain}/a/b`,
  },
  {
    way: 'a base path that is called as a surface',
    given: {
      ...servers,
      path: '/compute/compute/v2.1/servers',
      seen: '/compute/compute/v2.1/servers',
    },
    root: `${domain}/compute`,
  },
  {
    way: 'a base path without a stage: it is in the path',
    given: {
      ...servers,
      path: '/cloud/api/compute/v2.1/servers',
      seen: '/cloud/api/compute/v2.1/servers',
    },
    root: `${domain}/cloud/api`,
  },
  {
    way: 'a domain whose mapping names no stage',
    given: { ...servers, path: '/api/compute/v2.1/servers', seen: '/api/compute/v2.1/servers' },
    root: `${domain}/api`,
  },
])('$way leads to the same path, and links begin there', ({ given, root }) => {
  expect(place(given)).toEqual({ path: '/compute/v2.1/servers', root });
});

test.each([
  { path: '/cloud', resource: '/', proxy: undefined, below: '' },
  { path: '/cloud/', resource: '/', proxy: undefined, below: '' },
  { path: '/cloud/compute', resource: '/compute', proxy: undefined, below: '/compute' },
  { path: '/cloud/compute/', resource: '/compute', proxy: undefined, below: '/compute' },
  { path: '/cloud//compute//v2.1/', proxy: '/v2.1/', below: '/compute/v2.1' },
  { path: '/cloud/compute/hosts/a%20b', proxy: 'hosts/a b', below: '/compute/hosts/a%20b' },
  { path: '/cloud/compute/hosts/a%2Fb', proxy: 'hosts/a%2Fb', below: '/compute/hosts/a%2Fb' },
  { path: '/cloud/compute/hosts/%zz', proxy: 'hosts/%zz', below: '/compute/hosts/%zz' },
])('behind a base path $path is $below', ({ below, ...given }) => {
  expect(place({ seen: given.path, ...given })).toEqual({ path: below, root: `${domain}/cloud` });
});

test('where the gateway names no resource, the configured address gives the base path', () => {
  const given = { seen: '/x', path: '/cloud/compute/v2.1', resource: '/{proxy+}' };
  expect(place(given, 'https://faults.example/cloud/')).toEqual({
    path: '/compute/v2.1',
    root: 'https://faults.example/cloud',
  });
  expect(place(given, 'https://faults.example/').path).toBe('/cloud/compute/v2.1');
  expect(place({ ...given, path: '/cloudy/compute' }, 'https://faults.example/cloud').path).toBe(
    '/cloudy/compute',
  );
});

test.each(['/compute//v2.1///servers', '//compute/v2.1/servers/', '/compute/v2.1/servers//'])(
  '%s is /compute/v2.1/servers',
  (path) => {
    const proxy = path.replace(/^\/+compute\//, '');
    expect(place({ path, proxy, seen: `/api${path}`, host: stage })).toEqual({
      path: '/compute/v2.1/servers',
      root: `${stage}/api`,
    });
  },
);
