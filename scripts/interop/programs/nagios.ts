import { mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { type Daemon, startDaemon } from '../daemon.ts';
import { debianFolder, unpackDebian } from '../debian.ts';
import { playCheckedHost } from '../monitors/checked-host.ts';
import { blocksOf, writeConfig } from '../monitors/page-blocks.ts';
import { reportScript } from '../monitors/report-script.ts';
import type { Program, World } from '../program.ts';

/**
 * The part that operators write themselves: a host, and a service, without which Nagios does not
 * start.
 */
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
nagios_user=${userInfo().username}
nagios_group=${userInfo().username}
use_syslog=0
interval_length=1
enable_notifications=1
enable_event_handlers=1
cached_host_check_horizon=0
host_inter_check_delay_method=n
illegal_macro_output_chars=\`~$&|'"<>
`;

/** Starts Nagios on the folder's files. */
async function startNagios(world: World, host: string, command: string): Promise<Daemon> {
  const { folder, log } = world;
  mkdirSync(join(folder, 'spool'));
  const [page = ''] = blocksOf('nagios', 'text');
  writeConfig(join(folder, 'doctor.cfg'), page, await reportScript(world));
  writeFileSync(join(folder, 'hosts.cfg'), hosts(host, command));
  writeFileSync(join(folder, 'nagios.cfg'), main(folder));
  const binary = join(debianFolder('nagios'), 'usr/sbin/nagios4');
  return startDaemon(binary, [join(folder, 'nagios.cfg')], { log });
}

/** Debian's Nagios runs the script, with the page's configuration. */
export const nagios: Program = {
  name: 'nagios',
  does: "Debian's Nagios 4: a host does not answer, and comes back",
  needs: "Debian's apt-get",
  instancesOnForceDown: 'stop',
  install: (log) => unpackDebian('nagios', [['nagios4-core']], log),
  run: (world) =>
    playCheckedHost(world, 'nagios', (host, command) => startNagios(world, host, command)),
};
