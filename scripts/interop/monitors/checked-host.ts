/**
 * The fault of a host that Nagios or Icinga checks with a plugin: the host stops answering, and
 * answers again later.
 */
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Refusal } from '../../stack/progress.ts';
import { type Daemon, eventually } from '../daemon.ts';
import type { World } from '../program.ts';
import { conditionsOf, raisedBy, setSource } from './doctor.ts';
import { watchedHost } from './watched-host.ts';

/**
 * Writes a plugin that says the host is up as long as a file exists. Without the file it prints a
 * text that a shell would execute if it were not quoted.
 */
const plugin = (file: string): string => `#!/bin/sh
if [ -e '${file}' ]; then echo 'PING OK'; exit 0; fi
echo "CRITICAL; \\$(touch x) 'unreachable' \\"192.0.2.11\\" | load=1"; exit 2
`;

/**
 * Simulates the fault and its end. Returns a sentence with their times.
 * @param start Starts the monitor for a host, with the path of a plugin to run each second.
 */
export async function playCheckedHost(
  world: World,
  kind: 'nagios' | 'icinga',
  start: (host: string, command: string) => Promise<Daemon>,
): Promise<string> {
  const watched = await watchedHost(world, kind);
  const { host } = watched;
  // The operator fences a host when its monitor reports it.
  await setSource(world, `script/${kind}`, { clear: 'auto', fenced: true });
  const [up, check] = [join(world.folder, 'up'), join(world.folder, 'is-up.sh')];
  writeFileSync(up, '');
  writeFileSync(check, plugin(up));
  chmodSync(check, 0o755);
  const monitor = await start(host, check);
  try {
    await sleep(4_000); // until the monitor has seen that the host is up
    const failed = Date.now();
    rmSync(up);
    const down = (await watched.notified()) - failed;
    await sleep(2_000); // until the monitor has sent its notification, after the event handler
    const conditions = await conditionsOf(world, host);
    if (conditions.length !== 1) throw new Refusal(`${conditions.length} conditions for one fault`);
    writeFileSync(up, '');
    const returned = Date.now();
    await watched.becomes('up');
    const back = Date.now() - returned;
    await eventually('no source raises it', async () => (await raisedBy(world, host)).length === 0);
    return `in s: the tenant was notified after ${down / 1000}, the host up after ${back / 1000}`;
  } finally {
    await monitor.end('SIGTERM');
    await watched.close();
  }
}
