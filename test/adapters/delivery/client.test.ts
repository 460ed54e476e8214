import { createHmac } from 'node:crypto';
import type { LookupFunction } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { rangesOf } from '../../../adapters/delivery/public-addresses.ts';
import { webhookClient } from '../../../adapters/delivery/webhook-client.ts';
import { signature, webhookKeys } from '../../../adapters/delivery/webhook-keys.ts';
import { firingOf } from '../../../domain/alarms/firing.ts';
import { requestIdOf, type WebhookMessage, webhooksOf } from '../../../domain/delivery/webhook.ts';
import { alarmWith } from '../../domain/alarms/alarms.ts';
import { eventWith } from '../../domain/events/events.ts';
import { minute } from '../../domain/rows.ts';
import { certificate } from './certificate.ts';
import { answering, receiver, silent } from './receiver.ts';

const webhookTo = (action: string): WebhookMessage => {
  const alarm = alarmWith({ name: 'Süd', alarm_actions: [action] });
  const decision = { kind: 'transition', to: 'alarm', reason: 'because' } as const;
  const [message] = webhooksOf(firingOf(alarm, eventWith(), decision, minute(1)).row);
  if (!message) throw new Error('no webhook');
  return message;
};

const now = Date.parse('2026-01-01T00:00:00.900Z');
const keys = webhookKeys(async () => 'the secret of the deployment');

type Options = { ranges?: string[]; timeoutMs?: number; lookup?: LookupFunction };

const post = (
  action: string,
  { ranges = ['127.0.0.0/8'], timeoutMs = 2_000, lookup }: Options = {},
) =>
  webhookClient({
    ...keys,
    ...(lookup && { lookup }),
    allowed: rangesOf(ranges),
    timeoutMs,
    now: () => now,
  }).post(webhookTo(action));

const refused = { kind: 'refused', reason: 'its address is not a public one' };

afterEach(() => {
  vi.unstubAllEnvs();
});

test('a webhook is posted with the body and the headers of Aodh, and signed', async () => {
  await using good = await receiver();
  const action = `${good.url}/alarms/a%20b?x=1&y=%26#part`;
  expect(await post(action)).toEqual({ kind: 'answered', status: 200 });
  const [request, ...more] = good.received;
  expect(more).toEqual([]);
  const webhook = webhookTo(action);
  expect(request).toMatchObject({ method: 'POST', path: '/alarms/a%20b?x=1&y=%26' });
  expect(JSON.parse(request?.body ?? '')).toEqual(webhook.body);
  expect(request?.body).toContain('"alarm_name":"S\\u00fcd"');
  const seconds = Math.floor(now / 1000);
  const key = await keys.webhookKey('a');
  expect(request?.headers).toEqual({
    'content-type': 'application/json',
    'content-length': String(request?.body.length),
    accept: '*/*',
    'user-agent': 'Doctor',
    'x-openstack-request-id': requestIdOf(webhook),
    'x-doctor-signature': signature(key, request?.body ?? '', seconds),
    connection: 'close',
    host: `127.0.0.1:${good.port}`,
  });
});

test('the user and password of a URL become Basic, and are sent nowhere else', async () => {
  await using good = await receiver();
  await post(good.url.replace('//', '//us%40er:p%3Aw%zz@'));
  const [request] = good.received;
  const basic = Buffer.from('us@er:p%3Aw%zz').toString('base64');
  expect(request?.headers).toMatchObject({ authorization: `Basic ${basic}` });
  expect(JSON.stringify({ ...request, headers: {} })).not.toContain('p%3Aw');
});

test.each([201, 302, 404, 500])('the status %i of a receiver is returned', async (status) => {
  await using other = await receiver();
  await using one = await receiver(answering(status, { location: other.url }));
  expect(await post(one.url)).toEqual({ kind: 'answered', status });
  expect(other.received).toEqual([]);
});

test.each([
  ['30', 30],
  ['Thu, 01 Jan 2026 00:01:00 GMT', 60],
  ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
  ['soon', undefined],
])('Retry-After: %s asks for %s seconds', async (value, retryAfterSeconds) => {
  await using busy = await receiver(answering(429, { 'retry-after': value }));
  expect(await post(busy.url)).toEqual({
    kind: 'answered',
    status: 429,
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  });
});

test('a receiver that never answers runs into the timeout', async () => {
  await using hung = await receiver(silent);
  expect(await post(hung.url, { timeoutMs: 100 })).toEqual({
    ...{ kind: 'unanswered', reason: 'no answer within 0.1 s', timedOut: true },
  });
});

test('a name whose lookup hangs runs into the timeout', async () => {
  const answer = await post('http://hung.example/', { timeoutMs: 100, lookup: () => {} });
  expect(answer).toMatchObject({ kind: 'unanswered', timedOut: true });
});

test('an endless body of a receiver is not read', async () => {
  await using endless = await receiver((response) => {
    response.writeHead(200);
    const more = setInterval(() => response.write('x'.repeat(10_000)), 1);
    response.on('close', () => clearInterval(more));
  });
  expect(await post(endless.url)).toEqual({ kind: 'answered', status: 200 });
});

test('a receiver that does not listen, or closes the connection, has not answered', async () => {
  await using one = await receiver((response) => response.destroy());
  expect(await post(one.url)).toMatchObject({ kind: 'unanswered', timedOut: false });
  await one[Symbol.asyncDispose]();
  expect(await post(one.url)).toEqual({
    ...{ kind: 'unanswered', reason: 'no answer: ECONNREFUSED', timedOut: false },
  });
});

test('an answer with another protocol is an answer, and delays nothing', async () => {
  await using one = await receiver(({ socket }) => {
    socket?.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
  });
  expect(await post(one.url)).toEqual({ kind: 'answered', status: 101 });
});

test('a self-signed certificate is not trusted, whatever the URL says', async () => {
  await using own = await receiver(answering(200), certificate);
  expect(await post(`${own.url}/?aodh-alarm-ssl-verify=0`)).toEqual({
    ...{ kind: 'unanswered', reason: 'no answer: DEPTH_ZERO_SELF_SIGNED_CERT', timedOut: false },
  });
  expect(own.received).toEqual([]);
});

test.each(['ftp://a.example/', 'http://', 'no url', 'http://a.example:99999/'])(
  '%s is not called',
  async (action) => {
    expect(await post(action)).toMatchObject({ kind: 'refused' });
  },
);

test('a proxy in the environment is not used', async () => {
  await using good = await receiver();
  await using proxy = await receiver();
  for (const name of ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'ALL_PROXY']) {
    vi.stubEnv(name, proxy.url);
  }
  vi.stubEnv('NODE_USE_ENV_PROXY', '1');
  await post(good.url);
  expect([good.received.length, proxy.received.length]).toEqual([1, 0]);
});

test.each([
  ...['127.0.0.1', '127.8.8.8', '2130706433', '017700000001', '0177.0.0.1', '0x7f.1', '127.1'],
  ...['0.0.0.0', '0', '10.0.0.1', '172.16.0.1', '192.168.1.1', '100.64.0.1', '198.18.0.1'],
  ...['169.254.169.254', '0xa9fea9fe', '169.254.170.2', '224.0.0.1', '255.255.255.255'],
  ...['192.0.2.1', '240.0.0.1', '１２７.０.０.１', '127。0。0。1'],
  ...['[::]', '[::1]', '[0:0:0:0:0:0:0:1]', '[fe80::1]', '[fc00::1]', '[fd00:ec2::254]'],
  ...['[ff02::1]', '[fec0::1]', '[2001:db8::1]', '[::ffff:127.0.0.1]', '[::ffff:a9fe:a9fe]'],
  ...['[::127.0.0.1]', '[::a9fe:a9fe]', '[64:ff9b::7f00:1]', '[2002:7f00:1::]', '[2001:0:1::]'],
])('http://%s is not reached', async (host) => {
  await using inside = await receiver();
  for (const scheme of ['http', 'https']) {
    expect(await post(`${scheme}://${host}:${inside.port}/`, { ranges: [] })).toEqual(refused);
  }
  expect(inside.received).toEqual([]);
});

/**
 * A name lookup that returns these lists of addresses for any name, one after the other; then
 * always the last.
 */
const lookupOf = (...answers: readonly (readonly string[])[]): LookupFunction => {
  let nth = 0;
  return (_, options, done) => {
    const addresses = (answers[Math.min(nth++, answers.length - 1)] ?? []).map((address) => ({
      address,
      family: address.includes(':') ? 6 : 4,
    }));
    const [first] = addresses;
    if (options.all) done(null, addresses);
    else done(null, first?.address ?? '', first?.family);
  };
};

test.each([
  [['127.0.0.1']],
  [['169.254.169.254']],
  [['::ffff:10.0.0.1']],
  [['::1']],
  // A public address in the list does not make the private one allowed.
  [['93.184.215.14', '127.0.0.1']],
  [['2606:2800:21f:cb07::1', '::127.0.0.1']],
])('a name with the address %s is not reached', async (addresses) => {
  await using inside = await receiver();
  const lookup = lookupOf(addresses);
  const action = `http://inside.example:${inside.port}/`;
  expect(await post(action, { ranges: [], lookup })).toEqual(refused);
  expect(inside.received).toEqual([]);
});

test('a name that changes its address is checked by the address of the connection', async () => {
  await using inside = await receiver();
  const action = `http://rebinding.example:${inside.port}/`;
  // The first address is allowed, the second is private.
  const ranges = ['127.0.0.1/32'];
  const lookup = lookupOf(['127.0.0.1'], ['127.0.0.2']);
  expect(await post(action, { ranges, lookup })).toMatchObject({ status: 200 });
  expect(await post(action, { ranges, lookup })).toEqual(refused);
  expect(inside.received).toHaveLength(1);
});

test('each try looks a name up once, so the checked address is that of the connection', async () => {
  await using inside = await receiver();
  let lookups = 0;
  const lookup: LookupFunction = (name, options, done) => {
    lookups += 1;
    lookupOf(lookups === 1 ? ['127.0.0.1'] : ['127.0.0.2'])(name, options, done);
  };
  await post(`http://once.example:${inside.port}/`, { ranges: ['127.0.0.1/32'], lookup });
  expect([lookups, inside.received.length]).toEqual([1, 1]);
});

test('a receiver cannot redirect Doctor to an internal address', async () => {
  await using inside = await receiver();
  await using outside = await receiver(answering(307, { location: inside.url }));
  expect(await post(outside.url)).toEqual({ kind: 'answered', status: 307 });
  expect(inside.received).toEqual([]);
});

test('an allowed range allows only its own addresses', async () => {
  await using inside = await receiver();
  const to = (host: string) =>
    post(`http://${host}:${inside.port}/`, { ranges: ['127.0.0.1/32', '::1/128'] });
  expect(await to('127.0.0.1')).toMatchObject({ status: 200 });
  expect(await to('0x7f.0.0.1')).toMatchObject({ status: 200 });
  expect(await to('localhost')).toMatchObject({ status: 200 });
  expect(await to('127.0.0.2')).toEqual(refused);
  expect(await to('10.0.0.1')).toEqual(refused);
});

test.each(['127.0.0.1', '127.0.0.1/33', 'x/8', '::1/129', '/8', ''])(
  '%j is no range of addresses',
  (range) => {
    expect(() => rangesOf([range])).toThrow('not a range');
  },
);

test('keys differ between projects and between deployments, and stay the same', async () => {
  const [a, b] = await Promise.all(['a', 'b'].map((project) => keys.webhookKey(project)));
  expect(a).toMatch(/^[\w-]{43}$/);
  expect(b).not.toBe(a);
  expect(await keys.webhookKey('a')).toBe(a);
  expect(await webhookKeys(async () => 'another').webhookKey('a')).not.toBe(a);
});

test('a signature is the HMAC of the time and the body', () => {
  const mac = createHmac('sha256', 'key').update('1767225600.{"a":1}').digest('hex');
  expect(signature('key', '{"a":1}', 1_767_225_600)).toBe(`t=1767225600,v1=${mac}`);
});
