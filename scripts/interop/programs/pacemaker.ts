import { copyFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { Refusal } from '../../stack/progress.ts';
import { root } from '../../stack/state.ts';
import { run as runCommand } from '../command.ts';
import { type Daemon, eventually, startDaemon } from '../daemon.ts';
import { debianFolder, unpackDebian } from '../debian.ts';
import { here } from '../install.ts';
import { monitorCredential } from '../monitors/credential.ts';
import { conditionsOf } from '../monitors/doctor.ts';
import { blocksOf, writeConfig } from '../monitors/page-blocks.ts';
import { watchedHost } from '../monitors/watched-host.ts';
import type { Program, World } from '../program.ts';

/** Runs a command in new namespaces, which end with the command. */
const apart = ['--mount', '--net', '--pid', '--uts', '--ipc', '--fork', '--kill-child'];

/**
 * The packages that apt would install for Pacemaker on this machine. Their names differ between
 * Debian releases.
 */
async function packagesOf(log: string): Promise<string[]> {
  const args = ['install', '--simulate', '--no-install-recommends', 'pacemaker', 'corosync'];
  const { output } = await runCommand('apt-get', [...args, 'pacemaker-cli-utils'], { log });
  return [...output.matchAll(/^Inst (\S+)/gm)].flatMap(([, name]) => name ?? []);
}

async function install(log: string): Promise<void> {
  const { code } = await runCommand('unshare', [...apart, 'true'], { log });
  if (code !== 0) throw new Refusal('It needs root, and may make no namespaces of its own here.');
  const packages = await packagesOf(log);
  if (packages.length === 0) {
    throw new Refusal("It needs Debian's apt-get, after an apt-get update, and no Pacemaker here.");
  }
  await unpackDebian('pacemaker', [packages], log);
}

/** Writes the files that the pages tell an operator to install, with the address of this Doctor. */
async function writePages(world: World): Promise<void> {
  const { folder, stack } = world;
  const { id, secret } = await monitorCredential(world, join(folder, 'doctor.secret'));
  const url = new URL(stack.outputs.ApiUrl ?? '');
  url.host = '127.0.0.1:8099';
  writeConfig(join(folder, 'report.conf'), blocksOf('scripts', 'ini')[0], {
    'https://API-HOST/api': url.href.replace(/\/$/, ''),
    'ID:SECRET': `${id}:${secret}`,
  });
  writeFileSync(join(folder, 'doctor-alert.sh'), blocksOf('pacemaker', 'text')[0] ?? '');
  writeFileSync(join(folder, 'alert.xml'), blocksOf('pacemaker', 'xml')[0] ?? '');
  copyFileSync(
    join(root, 'integrations/report/doctor-report.sh'),
    join(folder, 'doctor-report.sh'),
  );
}

/**
 * Opens a socket in the folder that forwards to Doctor, because the cluster is in its own network
 * namespace.
 */
async function doorTo(world: World): Promise<Server> {
  const { hostname, port } = new URL(world.stack.outputs.ApiUrl ?? '');
  const door = createServer((from) => {
    const to = connect({ host: hostname, port: Number(port || 80) });
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      one.on('error', () => other.destroy());
      one.pipe(other);
    }
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  door.listen(join(world.folder, 'api'), resolve);
  await promise;
  return door;
}

const startCluster = ({ folder, log }: World, host: string): Daemon =>
  startDaemon(
    'unshare',
    [...apart, 'sh', join(here, 'pacemaker/enter.sh'), debianFolder('pacemaker'), folder],
    { log, env: { ...process.env, HOST: host, PEER: `peer-of-${host}`, NODE: process.execPath } },
  );

async function run(world: World): Promise<string> {
  const watched = await watchedHost(world, 'pacemaker');
  const door = await doorTo(world);
  await writePages(world);
  const cluster = startCluster(world, watched.host);
  try {
    await watched.becomes('down');
    // Only a host that was fenced stops its servers, and notifies their owners.
    await watched.notified();
    writeFileSync(join(world.folder, 'return'), '');
    await eventually(
      `${watched.host} is a member again`,
      async () => {
        const conditions = await conditionsOf(world, watched.host);
        return conditions.length > 0 && conditions.every(({ state }) => state === 'cleared');
      },
      120_000,
    );
    // It was fenced, so an administrator says when it is up.
    if (await watched.isUp()) throw new Refusal('a host that was fenced is up by itself');
    await watched.repair();
    await watched.becomes('up');
    return 'a node that was lost and fenced is down, and its tenant is notified; it is a member again, and up when an administrator says so';
  } finally {
    // unshare ignores SIGTERM while it waits; its namespaces end with it.
    await cluster.end('SIGKILL');
    door.close();
    await watched.close();
  }
}

/** Debian's Pacemaker and Corosync: the cluster loses a node and fences it, and its alerts report that. */
export const pacemaker: Program = {
  name: 'pacemaker',
  does: "Debian's Pacemaker: a node of its cluster is lost and fenced, and returns",
  needs: "Debian's apt-get, and root for namespaces of its own",
  asRoot: true,
  instancesOnForceDown: 'stop',
  install,
  run,
};
