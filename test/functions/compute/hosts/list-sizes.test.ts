/** How many hosts fit into one answer of each list: Lambda takes 6 MB. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { answerBytes } from '../../../../adapters/http/answer-size.ts';
import type { Host } from '../../../../domain/hosts/host.ts';
import { hostWith } from '../../../domain/rows.ts';
import { worldOf } from '../../../flows/world.ts';
import { computeOf } from '../surface.ts';

/** Hosts with names of 36 characters, as of a large cloud, in four zones. */
const hostsOf = (count: number): Host[] =>
  Array.from({ length: count }, (_, n) =>
    hostWith({
      host: `compute-${String(n).padStart(5, '0')}.rack-${String(n % 400).padStart(3, '0')}.dc.example`,
      ...{ zone: `zone-${n % 4}`, service_id: randomUUID(), service_number: n + 1 },
      ...{ hypervisor_id: randomUUID(), disabled_reason: null },
    }),
  );
const askAmong = (count: number) => computeOf(worldOf({ hosts: hostsOf(count) }));
const large = askAmong(12_000);

test.each([
  { path: '/v2.1/os-services', version: '2.94', megabytes: 3.5 },
  { path: '/v2.1/os-hosts', version: '2.1', megabytes: 1.2 },
  { path: '/v2.1/os-availability-zone/detail', version: '2.94', megabytes: 1.8 },
  { path: '/v2.1/os-hypervisors', version: '2.1', megabytes: 1.5 },
])('$path answers with all of 12,000 hosts in less than $megabytes MB', async (asked) => {
  const { status, body } = await large(asked.path, { version: asked.version });
  expect(status).toBe(200);
  expect(answerBytes(body)).toBeLessThan(asked.megabytes * 1_000_000);
});

test('the zones are a line each, whatever the number of hosts', async () => {
  const { body } = await large('/v2.1/os-availability-zone', { as: 'reader' });
  expect(answerBytes(body)).toBeLessThan(500);
});

test('services that do not fit are refused with advice, so that no client takes a part of them for all', async () => {
  const { status, body } = await askAmong(24_000)('/v2.1/os-services', { version: '2.94' });
  expect(status).toBe(413);
  expect(JSON.stringify(body)).toMatch(/too large: .* MB .*with limit or with a filter/);
});
