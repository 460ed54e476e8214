/** The function itself refuses requests and answers that are too large for AWS. */
import { expect, test } from 'vitest';
import * as z from 'zod';
import { route } from '../../../adapters/http/route.ts';
import { createSurface } from '../../../adapters/http/surface.ts';
import { call, quiet } from '../../functions/call.ts';

let handled = 0;

const surface = createSurface({
  ...{ dialect: 'doctor', prefix: '/doctor', publicUrl: '', logger: quiet },
  authenticate: async () => ({ user_id: 'u', user_name: 'u', project_id: 'p', roles: ['reader'] }),
  routes: [
    route({
      ...{ method: 'PUT', path: '/v1/texts', query: z.unknown(), body: z.string() },
      handle: async () => {
        handled += 1;
        return { status: 204 };
      },
    }),
    route({
      ...{ method: 'GET', path: '/v1/texts/:size', query: z.unknown(), body: z.unknown() },
      handle: async ({ params: { size } }) => ({ status: 200, body: 'ä'.repeat(Number(size)) }),
    }),
  ],
});

const put = (text: string) =>
  call(surface, { method: 'PUT', path: '/doctor/v1/texts', body: JSON.stringify(text) });
const get = (size: number) => call(surface, { path: `/doctor/v1/texts/${size}` });

const tooLarge = (says: string) => ({
  status: 413,
  body: {
    error: {
      code: 413,
      title: 'Request Entity Too Large',
      message: expect.stringContaining(says),
    },
  },
});

/** Lambda allows 6 MB for the whole event, in which the body is a text inside JSON. */
test.each([
  { what: 'letters', text: 'x'.repeat(5_899_000), status: 204 },
  { what: 'letters of two bytes', text: 'ä'.repeat(2_949_000), status: 204 },
  { what: 'letters that are escaped', text: '"'.repeat(1_474_000), status: 204 },
])('a request that fits is handled: $what', async ({ text, status }) => {
  const before = handled;
  expect((await put(text)).status).toBe(status);
  expect(handled).toBe(before + 1);
});

test.each([
  { what: 'letters', text: 'x'.repeat(5_900_000) },
  { what: 'letters of two bytes', text: 'ä'.repeat(2_950_000) },
  { what: 'letters that are escaped', text: '"'.repeat(1_476_000) },
])('a request that does not fit is refused with the limit: $what', async ({ text }) => {
  const before = handled;
  expect(await put(text)).toMatchObject(tooLarge('at most 5.9 MB fit'));
  expect(handled).toBe(before);
});

test('an answer that fits is sent', async () => {
  expect(await get(2_999_000)).toMatchObject({ status: 200, body: 'ä'.repeat(2_999_000) });
});

test('an answer that does not fit is refused with the limit, and with what helps', async () => {
  expect(await get(3_000_000)).toMatchObject(tooLarge('at most 6.0 MB fit. Ask for less'));
});
