/**
 * The signature of requests to Amazon Managed Service for Prometheus, recomputed by a second
 * implementation.
 */
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { prometheus } from '../../../adapters/alarms/prometheus.ts';
import { signed } from '../../../adapters/alarms/prometheus-credentials.ts';
import { expectedAuthorization, type ReceivedRequest } from './sigv4.ts';

describe('the second implementation', () => {
  const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
  /** Published by AWS: the example of its documentation, and two cases of its test suite. */
  test.each([
    {
      of: 'the documented request to IAM',
      request: {
        ...{ method: 'GET', path: '/?Action=ListUsers&Version=2010-05-08', body: '' },
        headers: {
          'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
          host: 'iam.amazonaws.com',
        },
      },
      credential: 'us-east-1/iam',
      names: 'content-type;host;x-amz-date',
      signature: '5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
    },
    {
      of: 'post-vanilla',
      request: {
        ...{ method: 'POST', path: '/', body: '' },
        headers: { host: 'example.amazonaws.com' },
      },
      credential: 'us-east-1/service',
      names: 'host;x-amz-date',
      signature: '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
    },
    {
      of: 'post-x-www-form-urlencoded',
      request: {
        ...{ method: 'POST', path: '/', body: 'Param1=value1' },
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          host: 'example.amazonaws.com',
        },
      },
      credential: 'us-east-1/service',
      names: 'content-type;host;x-amz-date',
      signature: 'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
    },
  ])('gives the published signature of $of', ({ request, credential, names, signature }) => {
    const authorization = `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/${credential}/aws4_request, SignedHeaders=${names}, Signature=${signature}`;
    const headers = { ...request.headers, 'x-amz-date': '20150830T123600Z', authorization };
    expect(expectedAuthorization({ ...request, headers }, secret)).toBe(authorization);
  });
});

describe('a query that is signed', () => {
  const seen: ReceivedRequest[] = [];
  let url = '';
  const server = createServer(async (request, response) => {
    const { method = '', url: path = '', headers } = request;
    seen.push({ method, path, headers, body: await text(request) });
    response.end('{"status":"success","data":{"resultType":"vector","result":[]}}');
  });
  const variables = {
    ...{ AWS_ACCESS_KEY_ID: 'AKID', AWS_SECRET_ACCESS_KEY: 'the/secret+key' },
    AWS_SESSION_TOKEN: 'session',
  };
  const before = new Map(Object.keys(variables).map((name) => [name, process.env[name]]));
  beforeAll(async () => {
    Object.assign(process.env, variables);
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  });
  afterAll(() => {
    server.close();
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });
  beforeEach(() => {
    seen.length = 0;
  });

  /** Sends a query. Returns the request as the server received it. */
  async function asked(query: string, path = '/workspaces/ws-1'): Promise<ReceivedRequest> {
    const client = prometheus({
      ...{ url: `${url}${path}`, timeoutMs: 5_000, projectLabel: 'project_id' },
      authorize: signed('eu-west-1'),
    });
    await client.ask({ scope: 'p-1', query }, '2026-01-01T00:05:00.000Z');
    return seen[0] ?? expect.unreachable();
  }

  test.each([
    ['up', '/workspaces/ws-1'],
    ['rate(http_requests_total{path="/a b?c=d&e", code=~"5.."}[5m]) > 0.5', '/workspaces/ws-1/'],
    ['sum by (job) (up{name="a+b%20"})', '/workspaces/ws 1/a+b'],
  ])('has the signature of the received request: %s on %s', async (query, path) => {
    const request = await asked(query, path);
    expect(request.headers.authorization).toContain(
      'Credential=AKID/' +
        `${String(request.headers['x-amz-date']).slice(0, 8)}/eu-west-1/aps/aws4_request`,
    );
    expect(request.headers.authorization).toBe(
      expectedAuthorization(request, variables.AWS_SECRET_ACCESS_KEY),
    );
    expect(request.headers.authorization).toMatch(
      /SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token,/,
    );
  });

  test('is refused with another key, body, path or host', async () => {
    const request = await asked('up');
    const { authorization } = request.headers;
    const secret = variables.AWS_SECRET_ACCESS_KEY;
    const others: ReceivedRequest[] = [
      { ...request, body: `${request.body}&x=1` },
      { ...request, path: '/workspaces/ws-2/api/v1/query' },
      { ...request, headers: { ...request.headers, host: 'other.example' } },
    ];
    for (const other of others)
      expect(expectedAuthorization(other, secret)).not.toBe(authorization);
    expect(expectedAuthorization(request, 'other')).not.toBe(authorization);
  });
});
