import { randomUUID } from 'node:crypto';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { newHost } from '../cloud.ts';
import { type Daemon, eventually, startDaemon } from '../daemon.ts';
import { debianFolder, unpackDebian } from '../debian.ts';
import { monitorCredential } from '../monitors/credential.ts';
import { setSource } from '../monitors/doctor.ts';
import { blocksOf, writeConfig } from '../monitors/page-blocks.ts';
import { notifiedTenant } from '../monitors/tenant.ts';
import type { Program, World } from '../program.ts';

const folder = debianFolder('collectd');

/** Starts collectd in the foreground, with the page's configuration and the paths of its own files. */
function startCollectd({ folder: own, log }: World, config: string): Daemon {
  const lines = [
    `BaseDir "${own}"`,
    `PIDFile "${join(own, 'collectd.pid')}"`,
    `PluginDir "${join(folder, 'usr/lib/collectd')}"`,
    `TypesDB "${join(folder, 'usr/share/collectd/types.db')}"`,
    `Include "${config}"`,
  ];
  const main = join(own, 'main.conf');
  writeConfig(main, `${lines.join('\n')}\n`, {});
  return startDaemon(join(folder, 'usr/sbin/collectd'), ['-f', '-C', main], {
    env: { ...process.env, LD_LIBRARY_PATH: join(folder, 'usr/lib/x86_64-linux-gnu') },
    log,
  });
}

const Made = z.object({ port: z.object({ id: z.string() }) });
const Shown = z.object({ port: z.object({ data_plane_status: z.string().nullable() }) });

/** A port of a tenant on a new host, whose owner is notified if its data plane fails. */
async function watchedPort(world: World) {
  const { admin } = world;
  const { tenant, alarmOn, notified, close } = await notifiedTenant(world);
  const host = await newHost(admin, 'collectd');
  const port = { project_id: tenant.projectId, 'binding:host_id': host, network_id: randomUUID() };
  const { body } = await admin.expect('POST', '/network/v2.0/ports', { body: { port } });
  const { id } = Made.parse(body).port;
  await alarmOn('port.data_plane_status.update', { resource_id: id, data_plane_status: 'DOWN' });
  const isActive = async () => {
    const shown = await admin.expect('GET', `/network/v2.0/ports/${id}`);
    return Shown.parse(shown.body).port.data_plane_status === 'ACTIVE';
  };
  return { host, notified, close, isActive };
}

async function run(world: World): Promise<string> {
  const watched = await watchedPort(world);
  const { id, secret } = await monitorCredential(world, join(world.folder, 'doctor.secret'));
  const [mapping = '{}'] = blocksOf('collectd', 'json');
  await setSource(world, 'prometheus/collectd', { clear: 'auto', mapping: JSON.parse(mapping) });
  const config = join(world.folder, 'collectd.conf');
  writeConfig(config, blocksOf('collectd', 'conf')[0], {
    'https://doctor.example/api': world.stack.outputs.ApiUrl ?? '',
    CREDENTIAL_ID: id,
    CREDENTIAL_SECRET: secret,
    'compute-1': watched.host,
  });
  // Starts a process under the name of Open vSwitch's. It does nothing.
  const process = join(world.folder, 'ovs-vswitchd');
  copyFileSync('/bin/sleep', process);
  const startSwitch = () => startDaemon(process, ['600'], { log: world.log });
  let openVSwitch = startSwitch();
  const daemon = startCollectd(world, config);
  try {
    await sleep(4_000); // until collectd has seen the process
    const killed = Date.now();
    await openVSwitch.end('SIGKILL');
    const down = (await watched.notified()) - killed;
    openVSwitch = startSwitch();
    const started = Date.now();
    await eventually('the data plane is back', watched.isActive);
    const up = Date.now() - started;
    return `in s: the tenant was notified after ${down / 1000}, the data plane back after ${up / 1000}`;
  } finally {
    await Promise.all([openVSwitch.end('SIGKILL'), daemon.end('SIGKILL')]);
    await watched.close();
  }
}

/** Debian's collectd reports that Open vSwitch's process has ended. */
export const collectd: Program = {
  name: 'collectd',
  does: "Debian's collectd: Open vSwitch's process is gone, and comes back",
  needs: "Debian's apt-get",
  instancesOnForceDown: 'stop',
  install: (log) => unpackDebian('collectd', [['collectd-core', 'libyajl2']], log),
  run,
};
