import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Daemon, eventually, startDaemon } from '../daemon.ts';
import { debianFolder, unpackDebian } from '../debian.ts';
import { raisedBy, setSource } from '../monitors/doctor.ts';
import { blocksOf, writeConfig } from '../monitors/page-blocks.ts';
import { reportScript } from '../monitors/report-script.ts';
import { watchedHost } from '../monitors/watched-host.ts';
import type { Program, World } from '../program.ts';

/** Addresses of loopback: of the server with the watch, and of the agent on the host. */
const [server, client] = ['127.0.0.71', '127.0.0.72'];

/** Starts an agent with a folder of its own, in which its configuration is. */
function startAgent(
  { log }: World,
  { folder, address, node }: { folder: string; address: string; node: string },
  ...more: readonly string[]
): Daemon {
  const args = [
    ...['agent', `-node=${node}`, `-bind=${address}`, `-client=${address}`],
    ...[`-data-dir=${join(folder, 'data')}`, `-config-dir=${join(folder, 'config')}`],
    ...['-dns-port=-1', '-serf-wan-port=-1', '-disable-host-node-id', ...more],
  ];
  return startDaemon(join(debianFolder('consul'), 'usr/bin/consul'), args, { log });
}

/** The folder of an agent, with an empty one for its configuration. */
function agentFolder(world: World, name: string): string {
  const folder = join(world.folder, name);
  mkdirSync(join(folder, 'config'), { recursive: true });
  return folder;
}

/** Writes the page's watch, with the script where it is here. */
async function writeWatch(world: World, folder: string): Promise<void> {
  const [[installed = '', command = ''] = []] = Object.entries(await reportScript(world));
  const words = command.split(' ').map((word) => JSON.stringify(word));
  writeConfig(join(folder, 'config/doctor.json'), blocksOf('consul', 'json')[0], {
    [`"${installed}"`]: words.join(', '),
  });
}

/** Whether the server sees the node's agent alive. */
async function isPassing(node: string): Promise<boolean> {
  const answer = await fetch(`http://${server}:8500/v1/health/node/${node}`);
  return /"CheckID":\s*"serfHealth"[^}]*"Status":\s*"passing"/.test(await answer.text());
}

async function run(world: World): Promise<string> {
  const watched = await watchedHost(world, 'consul');
  const { host } = watched;
  // The operator fences a host when Consul reports it.
  await setSource(world, 'consul', { clear: 'auto', fenced: true });
  const folders = { watcher: agentFolder(world, 'server'), agent: agentFolder(world, 'agent') };
  await writeWatch(world, folders.watcher);
  const watcher = startAgent(
    world,
    { folder: folders.watcher, address: server, node: 'watcher' },
    ...['-server', '-bootstrap-expect=1'],
  );
  const enter = () =>
    startAgent(
      world,
      { folder: folders.agent, address: client, node: host },
      `-retry-join=${server}`,
    );
  let agent = enter();
  try {
    await eventually(`Consul sees ${host}`, () => isPassing(host));
    const failed = Date.now();
    await agent.end('SIGKILL');
    await watched.becomes('down');
    const down = Date.now() - failed;
    await watched.notified();
    const sources = (await raisedBy(world, host)).join();
    const returned = Date.now();
    agent = enter();
    await watched.becomes('up');
    const up = Date.now() - returned;
    return `in s: the host was down by ${sources} after ${down / 1000}, up after ${up / 1000}`;
  } finally {
    await agent.end('SIGKILL');
    await watcher.end('SIGKILL');
    await watched.close();
  }
}

/** A real Consul, with the page's watch on its server: an agent ends without a word, and returns. */
export const consul: Program = {
  name: 'consul',
  does: "Debian's Consul: the agent of a node is killed, and starts again",
  needs: "Debian's apt-get",
  instancesOnForceDown: 'stop',
  install: (log) => unpackDebian('consul', [['consul']], log, 'bullseye'),
  run,
};
