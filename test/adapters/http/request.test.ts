import type { APIGatewayProxyEvent } from 'aws-lambda';
import { expect, test } from 'vitest';
import { readJson, readRequest } from '../../../adapters/http/request.ts';
import { type Call, proxyEvent } from '../../functions/call.ts';

const read = (given: Partial<Call> = {}, of: Partial<APIGatewayProxyEvent> = {}, publicUrl = '') =>
  readRequest(
    { ...proxyEvent({ path: '/compute/v2.1/servers', ...given }), ...of },
    { dialect: 'compute', prefix: '/compute', publicUrl },
    'req-1',
  );

test('the path is that below the surface, and links begin with the address that the gateway gives', () => {
  expect(read()).toMatchObject({
    path: '/v2.1/servers',
    root: 'https://api.test/api',
    base: 'https://api.test/api/compute',
  });
});

test('a configured address counts, whatever the gateway says', () => {
  expect(read({}, {}, 'https://doctor.example/x//')).toMatchObject({
    root: 'https://doctor.example/x',
    base: 'https://doctor.example/x/compute',
  });
});

test('headers are found in any case, repeated keys of the query in their order', () => {
  const request = read({ headers: { 'x-AUTH-token': 't' }, query: { status: ['a', 'b'] } });
  expect(request.headers['x-auth-token']).toBe('t');
  expect(request.query).toEqual({ status: ['a', 'b'] });
});

test('of a header that is sent more than once all values are read', () => {
  const multiValueHeaders = {
    'OpenStack-API-Version': ['compute 2.53', 'volume 3.50'],
    Host: ['h'],
  };
  const request = read(
    { headers: { 'OpenStack-API-Version': 'volume 3.50' } },
    { multiValueHeaders },
  );
  expect(request.headers).toMatchObject({ 'openstack-api-version': 'compute 2.53, volume 3.50' });
  expect(request.headers).not.toHaveProperty('host');
});

test('a request may come without headers, query and body', () => {
  const bare = { headers: {}, multiValueQueryStringParameters: null, body: null };
  expect(read({}, bare)).toMatchObject({ query: {}, headers: {}, text: undefined });
});

test('a body in base64 is decoded, and an empty body is none', () => {
  const encoded = { isBase64Encoded: true, body: Buffer.from('{"ä":1}').toString('base64') };
  expect(read({}, encoded).text).toBe('{"ä":1}');
  expect(read({ body: '' }).text).toBeUndefined();
});

const basic = { Authorization: 'Basic YTpi' };
test.each([
  { with: 'a password', headers: basic, read: false },
  { with: 'a password and a token', headers: { ...basic, 'X-Auth-Token': 't' }, read: true },
  { with: 'a password, and said to be JSON', type: 'application/json', headers: basic, read: true },
  { with: 'neither', headers: {}, read: true },
])('JSON without a type of content, with $with: read is $read', (given) => {
  // From a page of any origin, a browser would send the password that it has stored.
  const { headers, type = '', read: expected } = given;
  const request = read({
    method: 'PUT',
    body: { a: 1 },
    headers: { 'Content-Type': type, ...headers },
  });
  const reading = () => readJson(request);
  if (expected) expect(reading()).toEqual({ a: 1 });
  else expect(reading).toThrow(expect.objectContaining({ code: 'unsupported_media_type' }));
});

test.each(['{', 'nul', '{"a":}', '[1,]'])('%s is not JSON: 400', (body) => {
  expect(() => readJson(read({ method: 'PUT', body }))).toThrow(
    expect.objectContaining({ code: 'invalid' }),
  );
});

test('without a body no type of content is wrong', () => {
  expect(readJson(read({ headers: { 'Content-Type': 'application/xml' } }))).toBeUndefined();
});
