import { randomBytes, randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { serviceOf } from '../cloud.ts';
import { eventually, startDaemon } from '../daemon.ts';
import { pathWith } from '../install.ts';
import { monitorCredential } from '../monitors/credential.ts';
import { conditionsOf, raisedBy } from '../monitors/doctor.ts';
import { blocksOf, writeConfig } from '../monitors/page-blocks.ts';
import { type WatchedHost, watchedHost } from '../monitors/watched-host.ts';
import type { Program, World } from '../program.ts';
import { installPython, pythonBin } from '../python-and-go.ts';
import { pinned, versions } from '../versions.ts';

const bin = pythonBin('masakari-monitors');

/** What `crm_mon -X` prints of a cluster with one remote node. */
const cluster = (host: string, online: boolean): string =>
  `<pacemaker-result><summary><current_dc present="true" with_quorum="true"/></summary>` +
  `<nodes><node name="${host}" type="remote" online="${online}"/></nodes></pacemaker-result>\n`;

/**
 * Writes a command `crm_mon` that prints a file, because there is no cluster here. Returns the
 * command's folder.
 */
function fakeCluster({ folder }: World, file: string): string {
  const commands = join(folder, 'bin');
  mkdirSync(commands);
  const command = join(commands, 'crm_mon');
  writeFileSync(command, `#!/bin/sh\nexec cat '${file}'\n`);
  chmodSync(command, 0o755);
  return commands;
}

/** A process that never runs and cannot be started. */
const processes = `- process_name: /no-such-folder/nova-compute
  start_command: "true"
  pre_start_command:
  post_start_command:
  restart_command: "false"
  pre_restart_command:
  post_restart_command:
  run_as_root: False
`;

/**
 * The differences from the page on this machine: there is no cluster, the user stays the same, and
 * the intervals are short.
 */
const here = (config: string): string => `pacemaker_node_type = remote
restrict_to_remotes = true
[masakarimonitors_privileged]
helper_command = ${bin}/privsep-helper --config-file ${config}
[process]
check_interval = 1
restart_retries = 0
restart_interval = 1
`;

/**
 * The three ways to log in. Each has a block of the page, and the values that replace the block's
 * examples.
 */
async function logins(world: World): Promise<Record<string, [string, Record<string, string>]>> {
  const [basic = '', password = '', credential = ''] = blocksOf('masakari', 'ini');
  const name = `monitor-${randomUUID().slice(0, 8)}`;
  const secret = randomBytes(18).toString('hex');
  const body = { password: secret, projects: [{ name: 'service', roles: ['service'] }] };
  await world.admin.expect('PUT', `/doctor/v1/users/${name}`, { body });
  const made = await monitorCredential(world, join(world.folder, 'doctor.secret'));
  const user = { USERNAME: name, PASSWORD: secret };
  const rest = basic.slice(basic.indexOf('[host]'));
  return {
    http_basic: [basic, user],
    password: [`${password}\n${rest}`, user],
    v3applicationcredential: [
      `${credential}\n${rest}`,
      { CREDENTIAL_ID: made.id, CREDENTIAL_SECRET: made.secret },
    ],
  };
}

/** Writes the configurations. Returns their files, by the way to log in. */
async function configure(world: World): Promise<Map<string, string>> {
  const { folder, stack } = world;
  const list = join(folder, 'process_list.yaml');
  writeFileSync(list, processes);
  const files = new Map<string, string>();
  for (const [auth, [block, words]] of Object.entries(await logins(world))) {
    const config = join(folder, `${auth}.conf`);
    writeConfig(config, block, {
      'https://API-HOST/api': stack.outputs.ApiUrl ?? '',
      'monitoring_interval = 10': 'monitoring_interval = 1',
      '[process]\n': here(config),
      '/etc/masakarimonitors/process_list.yaml': list,
      ...words,
    });
    files.set(auth, config);
  }
  return files;
}

type Bench = { readonly world: World; readonly watched: WatchedHost; readonly clusterFile: string };

/**
 * Removes a host from the cluster and adds it again. Returns after how many seconds the tenant was
 * notified.
 */
async function hostRound(
  { world, watched, clusterFile }: Bench,
  { auth, config, commands }: Record<'auth' | 'config' | 'commands', string>,
): Promise<string> {
  const { host } = watched;
  const log = join(world.folder, `${auth}.log`);
  writeFileSync(clusterFile, cluster(host, true));
  const env = { ...process.env, PATH: pathWith(commands) };
  const monitor = startDaemon(join(bin, 'masakari-hostmonitor'), ['--config-file', config], {
    env,
    log,
  });
  try {
    await eventually('the monitor has seen the host', async () =>
      readFileSync(log, 'utf8').includes(`Recognized '${host}'`),
    );
    const failed = Date.now();
    writeFileSync(clusterFile, cluster(host, false));
    const notified = (await watched.notified()) - failed;
    await watched.becomes('down');
    writeFileSync(clusterFile, cluster(host, true));
    await eventually('the monitor has cleared it', async () => {
      return (await raisedBy(world, host)).length === 0;
    });
    await watched.becomes('down');
    await watched.repair();
    return `${auth} ${notified / 1000}`;
  } finally {
    await monitor.end('SIGKILL');
  }
}

/**
 * Checks that a nova-compute that cannot be started on this machine makes the service of its host
 * down.
 */
async function processRound(world: World, config: string): Promise<void> {
  const host = hostname();
  await world.admin.expect('PUT', `/doctor/v1/hosts/${host}`, { body: { zone: 'nova' } });
  const monitor = startDaemon(join(bin, 'masakari-processmonitor'), ['--config-file', config], {
    log: join(world.folder, 'process.log'),
  });
  try {
    await eventually('nova-compute is reported', async () =>
      (await conditionsOf(world, host)).some(({ key }) => key.endsWith('/nova-compute')),
    );
    await eventually('its service is down', async () => {
      return (await serviceOf(world.admin, host)).state === 'down';
    });
  } finally {
    await monitor.end('SIGKILL');
  }
}

async function run(world: World): Promise<string> {
  const watched = await watchedHost(world, 'masakari');
  try {
    const clusterFile = join(world.folder, 'cluster.xml');
    const commands = fakeCluster(world, clusterFile);
    const configs = await configure(world);
    const said: string[] = [];
    for (const [auth, config] of configs) {
      said.push(await hostRound({ world, watched, clusterFile }, { auth, config, commands }));
    }
    await processRound(world, configs.get('http_basic') ?? '');
    return `the tenant was notified after s: ${said.join(', ')}; a process that stopped`;
  } finally {
    await watched.close();
  }
}

/** masakari-monitors report a host and a process, with each way to log in that the page shows. */
export const masakariMonitors: Program = {
  name: 'masakari-monitors',
  does: `masakari-monitors ${versions['masakari-monitors']}: a host leaves its cluster, a process cannot be started`,
  needs: '',
  instancesOnForceDown: 'stop',
  install: (log) => installPython('masakari-monitors', [pinned('masakari-monitors')], log),
  run,
};
