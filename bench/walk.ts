import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { callsInFlightDefault } from '../infra/cloud-settings.ts';
import { readAccount } from '../scripts/stack/accounts.ts';
import { type Client, login } from '../scripts/stack/api.ts';
import type { Stack } from '../scripts/stack/bring-up.ts';
import { region, rootCredentials } from '../scripts/stack/ministack.ts';
import { root } from '../scripts/stack/state.ts';
import { cloudListings, portId, serverId } from '../test/cloud/listings.ts';
import { type StandIn, standIn } from '../test/cloud/stand-in.ts';
import type { Figure } from './figures.ts';

const scenario = 'walk';
const portsEach = 3;
/** The promise: all servers and ports are taken over within this time. */
const mostSeconds = 15 * 60;
const patienceMs = 60 * 60_000;
const hosts = Array.from({ length: 200 }, (_, n) => `walk-${n}`);

/** Deploys Doctor over its data, with these settings. */
const deploy = (DOCTOR_SETTINGS: string) =>
  promisify(execFile)('node', ['scripts/up.ts'], {
    cwd: root,
    env: { ...process.env, DOCTOR_SETTINGS },
  });

async function makeSecret(stack: Stack, { secret }: StandIn): Promise<void> {
  const { endpoint } = stack;
  const client = new SecretsManagerClient({ endpoint, region, credentials: rootCredentials });
  const SecretString = JSON.stringify(secret);
  await client.send(new CreateSecretCommand({ Name: 'doctor/walk', SecretString }));
  client.destroy();
}

const Counts = z.object({
  seen: z.int(),
  created: z.int(),
  changed: z.int(),
  moved: z.int(),
  deleted: z.int(),
  failed: z.int(),
});
const Walk = z.object({
  walk_id: z.string(),
  phase: z.string(),
  counts: z.object({ hosts: Counts, servers: Counts, ports: Counts }),
});
const Requested = z.object({ walk: Walk });
const Status = z.object({ cloud: z.object({ walk: Walk }) });

/** Asks for a walk, as `doctor cloud sync` does, and follows it to its end. */
async function walked(admin: Client) {
  const began = Date.now();
  const asked = await admin.expect('POST', '/doctor/v1/cloud/walks', { body: {} });
  const { walk_id } = Requested.parse(asked.body).walk;
  let shown = began;
  for (;;) {
    const { walk } = Status.parse((await admin.expect('GET', '/doctor/v1/cloud')).body).cloud;
    if (walk.walk_id !== walk_id) throw new Error('another walk was begun in place of this one');
    const seconds = (Date.now() - began) / 1000;
    if (walk.phase === 'done') return { seconds, counts: walk.counts };
    if (Date.now() - began > patienceMs) throw new Error(`the walk is at its ${walk.phase}`);
    if (Date.now() - shown > 30_000) {
      shown = Date.now();
      const { servers, ports } = walk.counts;
      console.log(`  ${Math.round(seconds)} s: ${servers.seen} servers, ${ports.seen} ports`);
    }
    await sleep(1_000);
  }
}

/**
 * A first walk through a cloud of `servers` servers with three ports each, and a second one that finds
 * nothing new. The cloud is the stand-in, so its own time is left out.
 */
export const walk =
  (servers: number) =>
  async (stack: Stack): Promise<Figure[]> => {
    const cloud = await standIn();
    const lists = cloudListings(cloud, hosts);
    const ports = servers * portsEach;
    try {
      await makeSecret(stack, cloud);
      await deploy('cloud=doctor/walk cloudWalkMinutes=1440');
      const admin = await login(stack.outputs.ApiUrl ?? '', readAccount('admin'));
      lists.fill(servers, portsEach);
      const first = await walked(admin);
      for (const path of [
        ...[1, servers].map((n) => `/compute/v2.1/servers/${serverId(n)}`),
        ...[1, ports].map((n) => `/network/v2.0/ports/${portId(n)}`),
      ]) {
        await admin.expect('GET', path);
      }
      const next = await walked(admin);
      const differing = Object.values(next.counts).map(({ seen, ...changes }) =>
        Object.values(changes).reduce((sum, count) => sum + count, 0),
      );
      const name = `${servers.toLocaleString('en')} servers and ${ports.toLocaleString('en')} ports`;
      const figure = (what: string, value: number, unit: Figure['unit'], target?: number) => ({
        ...{ scenario, figure: `${name}: ${what}`, value, unit },
        ...(target !== undefined && { target }),
      });
      const missed = servers + ports - first.counts.servers.seen - first.counts.ports.seen;
      return [
        figure('first walk', first.seconds, 's', mostSeconds),
        figure('next walk', next.seconds, 's', mostSeconds),
        figure('not taken over', missed + first.counts.servers.failed, 'count', 0),
        figure(
          'differences of the next walk',
          differing.reduce((a, b) => a + b, 0),
          'count',
          0,
        ),
        figure('requests in flight at most', cloud.mostInFlight(), 'count', callsInFlightDefault),
      ];
    } finally {
      await deploy('');
      await cloud.stop();
    }
  };
