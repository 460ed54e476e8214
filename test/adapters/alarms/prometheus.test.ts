/** The client of Prometheus, against servers that repeat recorded answers. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prometheus } from '../../../adapters/alarms/prometheus.ts';
import {
  type Authorize,
  anonymous,
  fromSecret,
  signed,
} from '../../../adapters/alarms/prometheus-credentials.ts';

type Seen = { path: string; headers: IncomingHttpHeaders; form: URLSearchParams };
type Answering = (response: ServerResponse) => void;

const seen: Seen[] = [];
let answering: Answering = () => undefined;
let url = '';
const server = createServer(async (request, response) => {
  const form = new URLSearchParams(await text(request));
  seen.push({ path: request.url ?? '', headers: request.headers, form });
  answering(response);
});

beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const at = '2026-01-01T00:05:00.000Z';
type Client = { address?: string; authorize?: Authorize; timeoutMs?: number };

/** Sends a query to a server with this answer. */
async function ask(
  answer: Answering,
  query: { scope: string | null; query: string } = { scope: 'p-1', query: 'up' },
  { address = url, authorize = anonymous, timeoutMs = 2_000 }: Client = {},
) {
  answering = answer;
  const client = prometheus({ url: address, timeoutMs, projectLabel: 'project_id', authorize });
  return client.ask(query, at);
}
const json =
  (body: unknown, status = 200): Answering =>
  (response) => {
    response.statusCode = status;
    response.end(JSON.stringify(body));
  };
const success = (resultType: string, result: unknown) =>
  json({ status: 'success', data: { resultType, result } });
const vector = (...values: string[]) =>
  success(
    'vector',
    values.map((value) => ({ metric: { a: 'b' }, value: [1795711553.174, value] })),
  );

test('a query is posted at the time of its round, limited to its project', async () => {
  const prefixed = { address: `${url}/prefix/` };
  expect(await ask(vector('0'), undefined, prefixed)).toMatchObject({ timedOut: false });
  const { path, form } = seen.at(-1) ?? {};
  expect(path).toBe('/prefix/api/v1/query');
  expect(Object.fromEntries(form ?? [])).toEqual({
    query: 'up{project_id="p-1"}',
    time: '1767225900',
    timeout: '2000ms',
  });
  await ask(vector('0'), { scope: null, query: 'up # all' });
  expect(seen.at(-1)?.form.get('query')).toBe('up # all');
});

test.each([
  [
    vector('0', '1.5', '+Inf', '-Inf', 'NaN'),
    [0, 1.5, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN],
  ],
  [vector(), []],
  [success('scalar', [1, '42']), [42]],
])('the values of an answer are read (%#)', async (answer, values) => {
  expect(await ask(answer)).toEqual({ answer: { kind: 'values', values }, timedOut: false });
});

test.each(['string', 'matrix'])('a %s cannot be compared', async (type) => {
  const reason = `the query returns a ${type}, not a vector or a scalar`;
  expect(await ask(success(type, []))).toMatchObject({ answer: { kind: 'unusable', reason } });
});

const wrong = 'invalid parameter "query": 1:4: parse error: unclosed left brace';
const errorOf = (error: string, errorType = 'bad_data') => ({ status: 'error', errorType, error });

test.each([
  [json(errorOf(wrong), 400), wrong],
  [json(errorOf('many-to-many', 'execution'), 422), 'many-to-many'],
  [json(errorOf('host db-7 is gone', 'internal'), 500), 'HTTP 500'],
  [json({ message: 'no' }, 403), 'HTTP 403'],
  [(response: ServerResponse) => response.end('<html>'), 'HTTP 200'],
  [(response: ServerResponse) => response.destroy(), 'no answer: UND_ERR_SOCKET'],
])('an invalid answer is described without its content (%#)', async (answer, reason) => {
  expect(await ask(answer)).toEqual({ answer: { kind: 'failed', reason }, timedOut: false });
});

test('a redirect is not followed', async () => {
  const before = seen.length;
  const answer = await ask((response) => response.writeHead(307, { location: '/other' }).end());
  expect(answer).toMatchObject({ answer: { kind: 'failed', reason: 'HTTP 307' } });
  expect(seen.length).toBe(before + 1);
});

test('an answer that never ends, or is too large, is given up', async () => {
  const hanging = await ask((response) => response.write('{'), undefined, { timeoutMs: 50 });
  expect(hanging).toEqual({
    answer: { kind: 'failed', reason: 'no answer within 0.05 s' },
    timedOut: true,
  });
  const large = await ask((response) => response.end(' '.repeat(5_000_001)));
  expect(large).toMatchObject({ answer: { reason: 'the answer is too large' }, timedOut: false });
});

test('without an address, or if the query cannot be limited, no request is sent', async () => {
  const before = seen.length;
  expect(await ask(vector(), undefined, { address: '' })).toMatchObject({
    answer: { reason: 'the operator has set no Prometheus' },
  });
  expect(await ask(vector(), { scope: 'p', query: 'up # x' })).toMatchObject({
    answer: { reason: 'the query has a comment' },
  });
  expect(seen.length).toBe(before);
});

describe('credentials', () => {
  const sent = async (authorize: Authorize) => {
    await ask(vector(), undefined, { authorize });
    return seen.at(-1)?.headers ?? {};
  };

  test('none, Basic or Bearer, by what the secret holds', async () => {
    expect(await sent(anonymous)).not.toHaveProperty('authorization');
    const basic = fromSecret(async () => JSON.stringify({ username: 'u', password: 'p:w' }));
    expect((await sent(basic)).authorization).toBe(
      `Basic ${Buffer.from('u:p:w').toString('base64')}`,
    );
    const bearer = fromSecret(async () => JSON.stringify({ token: 't' }));
    expect((await sent(bearer)).authorization).toBe('Bearer t');
  });

  test('a signature of AWS, over the body too', async () => {
    const variables = {
      AWS_ACCESS_KEY_ID: 'AKID',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_SESSION_TOKEN: 'session',
    };
    const before = { ...process.env };
    Object.assign(process.env, variables);
    try {
      const headers = await sent(signed('eu-west-1'));
      expect(headers.authorization).toMatch(
        /^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-west-1\/aps\/aws4_request, SignedHeaders=[a-z0-9;-]*host[a-z0-9;-]*, Signature=[0-9a-f]{64}$/,
      );
      expect(headers['x-amz-security-token']).toBe('session');
      expect(headers['x-amz-content-sha256']).toMatch(/^[0-9a-f]{64}$/);
    } finally {
      for (const name of Object.keys(variables)) delete process.env[name];
      Object.assign(process.env, before);
    }
  });

  test('a secret that cannot be read is a round without an answer, and its text is not shown', async () => {
    const broken = fromSecret(async () => '{"key": "top secret"}');
    const answer = await ask(vector(), undefined, { authorize: broken });
    expect(answer).toEqual({
      answer: { kind: 'failed', reason: 'no answer: failed' },
      timedOut: false,
    });
  });
});
