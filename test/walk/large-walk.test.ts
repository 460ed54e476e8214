/**
 * `doctor cloud sync` through a cloud of 10,000 servers with three ports each, deployed on an
 * embedded stack of its own. The cloud is the stand-in, so its own time is left out. Run by
 * `npm run test:walk`, which prints the times; WALK_SERVERS is another number of servers.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { portId, serverId } from '../cloud/listings.ts';
import { doctor, seenIn, standInFor } from '../scripts/beside-a-cloud.ts';
import { type KeptStack, keptStack } from '../scripts/kept-stack.ts';

const servers = Number(process.env.WALK_SERVERS ?? 10_000);
const portsEach = 3;
/** The setting `cloudCallsInFlight`, not its default: the calls of all functions together. */
const mostInFlight = 10;
const hosts = Array.from({ length: 200 }, (_, n) => `walk-${n}`);

let stack: KeptStack;
let cloud: Awaited<ReturnType<typeof standInFor>>;

beforeAll(async () => {
  process.env.DOCTOR_SETTINGS = `cloud=doctor/cloud cloudWalkMinutes=1440 cloudCallsInFlight=${mostInFlight}`;
  stack = await keptStack();
  cloud = await standInFor(stack, hosts);
  cloud.fill(servers, portsEach);
}, 300_000);
afterAll(async () => {
  await stack?.remove();
  await cloud?.stop();
}, 120_000);

/** A walk to its end, and its seconds. */
async function walk() {
  const began = Date.now();
  const { status, text, shown } = await doctor(stack, 'admin', 'cloud', 'sync');
  expect(status, text).toBe(0);
  return { seconds: Math.round((Date.now() - began) / 1000), text, shown };
}

test('a first walk takes all over, and the next one finds nothing new', async () => {
  const first = await walk();
  console.log(`the first walk took ${first.seconds} s\n${first.text.slice(0, 20_000)}`);
  expect(first.text).toContain(`200 hosts, ${servers} servers, ${servers * portsEach} ports`);
  const seen = await seenIn(stack);
  for (const n of [1, servers]) expect(await seen.server(serverId(n))).toMatch(/^ACTIVE on walk-/);
  for (const n of [1, servers * portsEach]) expect(await seen.port(portId(n))).toMatch(/^walk-/);
  const next = await walk();
  console.log(`the next walk took ${next.seconds} s`);
  expect(next.shown()).toEqual([]);
  expect(cloud.mostInFlight()).toBeLessThanOrEqual(mostInFlight);
}, 3_600_000);
