/** An administrator of Nova forces a service down, and up again: for Doctor, both are reports. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { type Client, login } from '../stack/stack.ts';
import { admin, doctor, openstack, register } from './cloud.ts';

/** It has no servers, and its compute process runs. */
const host = 'compute-3';
const patience = { timeout: 180_000, interval: 1_000 };
let client: Client;

const force = (flag: '--down' | '--up') =>
  openstack(admin(), 'compute', 'service', 'set', flag, host, 'nova-compute');

beforeAll(async () => {
  await register();
  client = await login('admin');
  const { status, err } = await doctor(admin(), 'cloud', 'sync');
  expect(status, err).toBe(0);
});
afterAll(() => force('--up'));

const Conditions = z.object({ conditions: z.array(z.looseObject({ source: z.string() })) });
const Faults = z.object({ faults: z.array(z.unknown()) });
/** The sources whose reports hold the host down now. */
const sources = async () => {
  const path = `/doctor/v1/conditions?host=${host}&state=raised`;
  const { conditions } = Conditions.parse((await client.expect('GET', path)).body);
  return conditions.map(({ source }) => source);
};
const openFaults = async () =>
  Faults.parse((await client.expect('GET', `/doctor/v1/faults?host=${host}`)).body).faults.length;

test('a service that was forced down in Nova is a fault of the source nova, until it is forced up', async () => {
  await force('--down');
  await expect.poll(openFaults, patience).toBe(1);
  expect(await sources()).toEqual(['nova']);
  await force('--up');
  await expect.poll(openFaults, patience).toBe(0);
  expect(await sources()).toEqual([]);
});
