import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Refusal } from '../../stack/progress.ts';
import { run as runCommand } from '../command.ts';
import { type Daemon, startDaemon } from '../daemon.ts';
import { debianFolder, unpackDebian } from '../debian.ts';
import { blocksOf, writeConfig } from '../monitors/page-blocks.ts';
import { reportScript } from '../monitors/report-script.ts';
import { watchedHost } from '../monitors/watched-host.ts';
import type { Program, World } from '../program.ts';

const packages = [
  ...['keepalived', 'libnl-3-200', 'libnl-genl-3-200', 'libnftnl11', 'libmnl0'],
  ...['libsnmp40', 'libsensors5', 'libpci3', 'libwrap0'],
];

/**
 * The commands that make keepalived's network namespace with a bridge, because keepalived refuses
 * the loopback interface.
 */
const network =
  'ip link add eth0 type bridge && ip addr add 192.0.2.1/24 dev eth0 && ip link set eth0 up && exec "$@"';

/**
 * Starts keepalived with the page's configuration and a tracked script, which checks whether the
 * file `ok` exists.
 */
async function startKeepalived(world: World, host: string): Promise<Daemon> {
  const { folder, log } = world;
  const tracked = `vrrp_script ok {\n    script "/usr/bin/test -e ${join(folder, 'ok')}"\n    interval 1\n    fall 1\n    rise 1\n}\n`;
  const [[installed = '', script = ''] = []] = Object.entries(await reportScript(world));
  const config = join(folder, 'keepalived.conf');
  writeConfig(config, blocksOf('keepalived', 'text')[0], {
    // The script itself runs in the network of this process, from which it reaches Doctor.
    [installed]: `/usr/bin/nsenter --net=/proc/${process.pid}/ns/net ${script} --host ${host}`,
    'vrrp_instance VI_1 {': `${tracked}vrrp_instance VI_1 {\n    track_script {\n        ok\n    }`,
  });
  const binary = join(debianFolder('keepalived'), 'usr/sbin/keepalived');
  const files = [`--pid=${join(folder, 'pid')}`, `--vrrp_pid=${join(folder, 'vrrp-pid')}`];
  return startDaemon(
    'unshare',
    [
      ...['--net', 'sh', '-c', network, 'sh', binary, '--vrrp', '--dont-fork', '--log-console'],
      ...[`--use-file=${config}`, ...files],
    ],
    {
      log,
      env: {
        ...process.env,
        LD_LIBRARY_PATH: ['usr/lib', 'lib']
          .map((lib) => join(debianFolder('keepalived'), `${lib}/x86_64-linux-gnu`))
          .join(':'),
      },
    },
  );
}

async function run(world: World): Promise<string> {
  const watched = await watchedHost(world, 'keepalived');
  const ok = join(world.folder, 'ok');
  writeFileSync(ok, '');
  const keepalived = await startKeepalived(world, watched.host);
  try {
    await sleep(4_500); // until it is master
    const failed = Date.now();
    rmSync(ok);
    await watched.becomes('down');
    const down = Date.now() - failed;
    writeFileSync(ok, '');
    const returned = Date.now();
    await watched.becomes('up');
    const up = Date.now() - returned;
    return `in s: the host was down after ${down / 1000}, up after ${up / 1000}`;
  } finally {
    await keepalived.end('SIGTERM');
    await watched.close();
  }
}

/** Debian's keepalived runs the script when its instance has a fault. */
export const keepalived: Program = {
  name: 'keepalived',
  does: "Debian's keepalived: an instance has the state FAULT, and leaves it",
  needs: "Debian's apt-get, and root for a network of its own",
  asRoot: true,
  instancesOnForceDown: 'stop',
  install: async (log) => {
    const { code } = await runCommand('unshare', ['--net', 'true'], { log });
    if (code !== 0) throw new Refusal('It needs root, and may make no network of its own here.');
    await unpackDebian('keepalived', [packages], log);
  },
  run,
};
