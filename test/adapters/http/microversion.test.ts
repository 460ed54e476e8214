import { expect, test } from 'vitest';
import {
  atLeast,
  format,
  requestedMicroversion,
  within,
} from '../../../adapters/http/microversion.ts';

const [standard, legacy] = ['openstack-api-version', 'x-openstack-nova-api-version'] as const;
const asked = (headers: Record<string, string>) => format(requestedMicroversion(headers));

/** The rules of docs/wire/compute.md#microversions. */
test.each([
  ['nothing', {}, '2.1'],
  ['the standard header', { [standard]: 'compute 2.53' }, '2.53'],
  ['its service in any case', { [standard]: 'Compute 2.53' }, '2.53'],
  ['the last of its service', { [standard]: 'compute 2.10, compute 2.11' }, '2.11'],
  ['beside others', { [standard]: 'compute 2.11, volume 3.50' }, '2.11'],
  ['only for others', { [standard]: 'volume 3.50' }, '2.1'],
  ['the older header', { [legacy]: '2.11' }, '2.11'],
  ['the last of the older header', { [legacy]: '2.1, 2.11' }, '2.11'],
  ['both: the standard one counts', { [standard]: 'compute 2.20', [legacy]: '2.11' }, '2.20'],
  [
    'the older one, if the other is for others',
    { [standard]: 'volume 3', [legacy]: '2.11' },
    '2.11',
  ],
  ['the newest', { [standard]: 'compute latest' }, '2.94'],
  ['the least', { [standard]: 'compute 2.1' }, '2.1'],
  ['the most', { [standard]: 'compute 2.94' }, '2.94'],
])('a request that names %s', (_, headers, version) => {
  expect(asked(headers)).toBe(version);
});

const huge = '9'.repeat(10_000);

test.each([
  ...['2', '2.', '.1', '2.01', '02.1', 'v2.1', '2.1.1', '2.x', '2.1 ;', '-2.1', '+2.1', '2.1e1'],
  ...['', '2.1 2.2', '２.１', '2.é', '2.\u0000', '0.0', huge, `${huge}.`],
])('%s is no version: 400', (text) => {
  const thrown = expect.objectContaining({ code: 'invalid' });
  expect(() => asked({ [standard]: `compute ${text}` })).toThrow(thrown);
});

test.each(['2.0', '2.95', '1.9', '3.0', '2.999', '2.999999999'])(
  '%s is not offered: 406, which names the offered versions',
  (text) => {
    expect(() => asked({ [legacy]: text })).toThrow(
      expect.objectContaining({
        code: 'not_acceptable',
        message: expect.stringMatching(`${text}.*2\\.1 .*2\\.94`),
        headers: expect.objectContaining({ 'OpenStack-API-Version': `compute ${text}` }),
      }),
    );
  },
);

test('the answer to a huge version does not repeat all of it', () => {
  for (const text of [`2.${huge}`, `${huge}.1`]) {
    const message = expect.stringMatching(/^.{0,200}$/);
    const thrown = expect.objectContaining({ code: 'not_acceptable', message });
    expect(() => asked({ [standard]: `compute ${text}` })).toThrow(thrown);
  }
});

test('versions are numbers, not texts', () => {
  expect(atLeast({ major: 2, minor: 9 }, '2.11')).toBe(false);
  expect(atLeast({ major: 2, minor: 11 }, '2.9')).toBe(true);
  expect(atLeast({ major: 3, minor: 0 }, '2.94')).toBe(true);
});

test.each([
  ['2.10', false],
  ['2.11', true],
  ['2.52', true],
  ['2.53', false],
])('a route from 2.11 to 2.52 is there at %s: %s', (version, there) => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  expect(within({ major, minor }, { from: '2.11', to: '2.52' })).toBe(there);
});
