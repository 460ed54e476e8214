import { describe, expect, test } from 'vitest';
import { consoleSite } from '../../../functions/console/handler.ts';
import { siteOf } from '../../../functions/console/site.ts';
import { type Call, proxyEvent } from '../call.ts';

const script = 'assets/index-B1a2_c3D.js';
const texts = new Map([
  ['index.html', '<!doctype html><title>Doctor</title>'],
  [script, 'render();'],
  ['assets/index-Zz-4_6y8.css', 'body{}'],
  ['assets/icon-aaaaaaaa.svg', '<svg/>'],
  ['assets/plain.js', 'without a hash'],
]);
const site = siteOf(texts);
const log = () => {};
const handler = consoleSite({ site: async () => site, publicUrl: '', log });
const ask = (path: string, more: Omit<Call, 'path'> = {}) => handler(proxyEvent({ path, ...more }));

describe('files', () => {
  test.each([
    { path: '/console/', type: 'text/html; charset=utf-8', file: 'index.html' },
    { path: '/console/index.html', type: 'text/html; charset=utf-8', file: 'index.html' },
    { path: `/console/${script}`, type: 'text/javascript; charset=utf-8', file: script },
    {
      path: '/console/assets/index-Zz-4_6y8.css',
      type: 'text/css; charset=utf-8',
      file: 'assets/index-Zz-4_6y8.css',
    },
    {
      path: '/console/assets/icon-aaaaaaaa.svg',
      type: 'image/svg+xml; charset=utf-8',
      file: 'assets/icon-aaaaaaaa.svg',
    },
  ])('$path is $file as $type', async ({ path, type, file }) => {
    const { statusCode, headers, body } = await ask(path);
    expect(statusCode).toBe(200);
    expect(headers).toMatchObject({ 'Content-Type': type });
    expect(body).toBe(texts.get(file));
  });

  test.each([
    { file: 'index.html', cached: 'no-cache' },
    { file: 'assets/plain.js', cached: 'no-cache' },
    { file: script, cached: 'public, max-age=31536000, immutable' },
  ])('$file is cached as: $cached', async ({ file, cached }) => {
    const { headers } = await ask(`/console/${file}`);
    expect(headers).toMatchObject({ 'Cache-Control': cached });
  });

  test('a file of a type that is not served fails the start', () => {
    expect(() => siteOf(new Map([['assets/font.woff2', '']]))).toThrow('assets/font.woff2');
  });

  test('HEAD has the headers of GET and no body', async () => {
    const [get, head] = await Promise.all([ask('/console/'), ask('/console/', { method: 'HEAD' })]);
    expect(head).toEqual({ ...get, body: '' });
  });
});

describe('versions', () => {
  const etag = site.get(script)?.etag ?? '';

  test('files with different texts have different versions', () => {
    const versions = [...site.values()].map((file) => file.etag);
    expect(new Set(versions).size).toBe(versions.length);
    expect(versions.filter((version) => !/^"[\w-]+"$/.test(version))).toEqual([]);
  });

  test.each([etag, `W/${etag}`, `"other", ${etag}`, '*'])(
    'a sender that has version %s gets 304 without a body',
    async (version) => {
      const answer = await ask(`/console/${script}`, { headers: { 'if-none-match': version } });
      expect(answer).toMatchObject({ statusCode: 304, body: '', headers: { ETag: etag } });
    },
  );

  test.each(['"other"', '', etag.slice(1)])(
    'a sender that has version %s gets the file',
    async (version) => {
      const answer = await ask(`/console/${script}`, { headers: { 'If-None-Match': version } });
      expect(answer).toMatchObject({ statusCode: 200, body: 'render();' });
    },
  );
});

describe('what is refused', () => {
  test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('%s is not allowed', async (method) => {
    const answer = await ask('/console/', { method });
    expect(answer).toMatchObject({ statusCode: 405, headers: { Allow: 'GET, HEAD' } });
  });

  test.each([
    '/console/none.js',
    '/console/assets',
    '/console/assets/',
    '/console/index.html/',
    '/console/../index.js',
    '/console/..%2Findex.js',
    '/console/%2e%2e/%2e%2e/etc/passwd',
    '/console/assets%2Findex-B1a2_c3D.js',
    '/console/assets\\index-B1a2_c3D.js',
    '/console/constructor',
    '/console/%',
  ])('%s is not found, and the answer names no path', async (path) => {
    const { statusCode, body, headers } = await ask(path);
    expect(statusCode).toBe(404);
    expect(body).toBe('There is no such file.\n');
    expect(headers).toMatchObject({ 'Cache-Control': 'no-store' });
  });
});

describe('the address without a slash', () => {
  test.each([
    { at: 'the stage of AWS', change: {} },
    { at: 'a base path', change: { path: '/base/console' } },
  ])('is answered with a relative link below $at', async ({ change }) => {
    const answer = await handler({ ...proxyEvent({ path: '/console' }), ...change });
    expect(answer).toMatchObject({ statusCode: 308, headers: { Location: 'console/' } });
  });

  test('is the same below a configured address', async () => {
    const publicUrl = 'https://doctor.test/cloud/v1';
    const below = consoleSite({ site: async () => site, publicUrl, log });
    const event = proxyEvent({ path: '/console' });
    expect(await below(event)).toMatchObject({ headers: { Location: 'console/' } });
    expect(await below({ ...event, path: '/console/' })).toMatchObject({ statusCode: 200 });
  });
});

describe('protection', () => {
  test.each(['/console/', '/console', '/console/none.js', `/console/${script}`])(
    'the answer to %s lets a page load its own files only',
    async (path) => {
      const { headers = {} } = await ask(path);
      expect(String(headers['Content-Security-Policy']).split('; ').sort()).toEqual([
        "base-uri 'none'",
        "connect-src 'self'",
        "default-src 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "img-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
      ]);
      expect(headers).toMatchObject({
        'X-Content-Type-Options': 'nosniff',
        'Referrer-Policy': 'no-referrer',
        'Permissions-Policy': expect.stringContaining('camera=()'),
        'Cross-Origin-Opener-Policy': 'same-origin',
      });
    },
  );
});
