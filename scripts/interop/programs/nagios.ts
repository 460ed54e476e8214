import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Refusal } from '../../stack/progress.ts';
import { type Daemon, eventually, startDaemon } from '../daemon.ts';
import { debianFolder, unpackDebian } from '../install.ts';
import { conditionsOf, raisedBy, setSource } from '../monitors/doctor.ts';
import { blocksOf, writeConfig } from '../monitors/page-blocks.ts';
import { reportScript } from '../monitors/report-script.ts';
import { watchedHost } from '../monitors/watched-host.ts';
import type { Program, World } from '../program.ts';

/** A plugin that says that the host is up while a file is there, else words that a shell would act on. */
const plugin = (file: string): string => `#!/bin/sh
if [ -e '${file}' ]; then echo 'PING OK'; exit 0; fi
echo "CRITICAL; \\$(touch x) 'unreachable' \\"192.0.2.11\\" | load=1"; exit 2
`;

/** The operator's own host; Nagios does not start without a service. */
const hosts = (host: string, command: string): string => `
define command {
    command_name  is-up
    command_line  ${command}
}
define host {
    use                 doctor-compute
    host_name           ${host}
    address             192.0.2.11
    check_command       is-up
    check_period        doctor-always
    check_interval      1
    retry_interval      1
    max_check_attempts  3
}
define service {
    host_name              ${host}
    service_description    none
    check_command          is-up
    check_period           doctor-always
    active_checks_enabled  0
    notifications_enabled  0
    check_interval         1
    retry_interval         1
    max_check_attempts     1
    contacts               doctor
}
`;

/** Nagios' main file, with seconds in place of minutes. */
const main = (folder: string): string => `
log_file=${folder}/nagios.log
cfg_file=${folder}/doctor.cfg
cfg_file=${folder}/hosts.cfg
object_cache_file=${folder}/objects.cache
status_file=${folder}/status.dat
state_retention_file=${folder}/retention.dat
temp_file=${folder}/temp
temp_path=${folder}
check_result_path=${folder}/spool
lock_file=${folder}/lock
command_file=${folder}/command
query_socket=${folder}/query
use_syslog=0
interval_length=1
enable_notifications=1
enable_event_handlers=1
cached_host_check_horizon=0
host_inter_check_delay_method=n
illegal_macro_output_chars=\`~$&|'"<>
`;

/** Starts Nagios on the folder's files, of which \`up\` says whether the host answers. */
async function startNagios(world: World, host: string): Promise<Daemon> {
  const { folder, log } = world;
  mkdirSync(join(folder, 'spool'));
  const check = join(folder, 'is-up.sh');
  writeFileSync(check, plugin(join(folder, 'up')));
  chmodSync(check, 0o755);
  const [page = ''] = blocksOf('nagios', 'text');
  writeConfig(join(folder, 'doctor.cfg'), page, await reportScript(world));
  writeFileSync(join(folder, 'hosts.cfg'), hosts(host, check));
  writeFileSync(join(folder, 'nagios.cfg'), main(folder));
  const command = join(debianFolder('nagios'), 'usr/sbin/nagios4');
  return startDaemon(command, [join(folder, 'nagios.cfg')], { log });
}

async function run(world: World): Promise<string> {
  const watched = await watchedHost(world, 'nagios');
  const { host } = watched;
  // The operator's monitor fences the host when it reports it.
  await setSource(world, 'script/nagios', { clear: 'auto', fenced: true });
  const up = join(world.folder, 'up');
  writeFileSync(up, '');
  const nagios = await startNagios(world, host);
  try {
    await sleep(3_000); // Nagios has seen it up
    const failed = Date.now();
    rmSync(up);
    const down = (await watched.notified()) - failed;
    await sleep(6_000); // the notification is repeated
    const conditions = await conditionsOf(world, host);
    if (conditions.length !== 1) throw new Refusal(`${conditions.length} conditions for one fault`);
    writeFileSync(up, '');
    const returned = Date.now();
    await watched.becomes('up');
    const back = Date.now() - returned;
    await eventually('no source raises it', async () => (await raisedBy(world, host)).length === 0);
    return `in s: the tenant was notified after ${down / 1000}, the host up after ${back / 1000}`;
  } finally {
    await nagios.end('SIGTERM');
    await watched.close();
  }
}

/** Debian's Nagios runs the script, with the page's configuration. */
export const nagios: Program = {
  name: 'nagios',
  does: "Debian's Nagios 4: a host does not answer, and comes back",
  needs: "Debian's apt-get",
  instancesOnForceDown: 'stop',
  install: (log) => unpackDebian('nagios', [['nagios4-core']], log),
  run,
};
