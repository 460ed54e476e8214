import { mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { type Daemon, startDaemon } from '../daemon.ts';
import { debianFolder, unpackDebian } from '../debian.ts';
import { playCheckedHost } from '../monitors/checked-host.ts';
import { blocksOf, writeConfig } from '../monitors/page-blocks.ts';
import { reportScript } from '../monitors/report-script.ts';
import type { Program, World } from '../program.ts';

/** The package of Debian 12; other releases have another version of Boost. */
const boost = ['coroutine', 'thread', 'context', 'filesystem', 'iostreams', 'program-options']
  .concat(['regex', 'chrono', 'atomic', 'date-time'])
  .map((part) => `libboost-${part}1.74.0`);

/**
 * The part of the configuration that operators write themselves: a host that is checked each
 * second.
 */
const main = (host: string, command: string): string => `
object CheckerComponent "checker" { }
object NotificationComponent "notification" { }
object CheckCommand "is-up" {
  command = [ "${command}" ]
}
include "doctor.conf"
object Host "${host}" {
  import "doctor-compute"
  check_command = "is-up"
  check_interval = 1s
  retry_interval = 1s
  max_check_attempts = 3
}
`;

/** Icinga's constants: all of its files are in one folder, and it does not change its user. */
const constants = (folder: string): string[] => {
  const paths = {
    ConfigDir: '',
    DataDir: 'lib',
    LogDir: 'log',
    CacheDir: 'cache',
    SpoolDir: 'spool',
    InitRunDir: 'run',
    PidPath: 'run/pid',
    VarsPath: 'cache/vars',
    ObjectsPath: 'cache/objects',
    ModAttrPath: 'lib/modattr',
    StatePath: 'lib/state',
  };
  return Object.entries(paths).map(([name, path]) => `--define=${name}=${join(folder, path)}`);
};

async function startIcinga(world: World, host: string, command: string): Promise<Daemon> {
  const { folder, log } = world;
  for (const each of ['lib', 'log', 'cache', 'spool', 'run']) mkdirSync(join(folder, each));
  // Icinga takes the command as a list of words.
  const [[installed = '', script = ''] = []] = Object.entries(await reportScript(world));
  const words = script.split(' ').map((word) => `"${word}"`);
  writeConfig(join(folder, 'doctor.conf'), blocksOf('icinga2', 'text')[0], {
    [`"${installed}"`]: words.join(', '),
  });
  writeFileSync(join(folder, 'icinga2.conf'), main(host, command));
  const debian = debianFolder('icinga2');
  const libraries = join(debian, 'usr/lib/x86_64-linux-gnu');
  const { username } = userInfo();
  return startDaemon(
    join(libraries, 'icinga2/sbin/icinga2'),
    [
      ...['daemon', `--config=${join(folder, 'icinga2.conf')}`, ...constants(folder)],
      ...[`--define=RunAsUser=${username}`, `--define=RunAsGroup=${username}`],
      `--include=${join(debian, 'usr/share/icinga2/include')}`,
    ],
    { log, env: { ...process.env, LD_LIBRARY_PATH: libraries } },
  );
}

/** Debian's Icinga 2 runs the script, with the page's configuration. */
export const icinga2: Program = {
  name: 'icinga2',
  does: "Debian's Icinga 2: a host does not answer, and comes back",
  needs: "Debian's apt-get, of Debian 12",
  instancesOnForceDown: 'stop',
  install: (log) => unpackDebian('icinga2', [['icinga2-bin', 'icinga2-common', ...boost]], log),
  run: (world) =>
    playCheckedHost(world, 'icinga', (host, command) => startIcinga(world, host, command)),
};
