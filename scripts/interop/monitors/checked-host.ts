/** A host that Nagios or Icinga checks with a plugin: it does not answer, and comes back. */
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Refusal } from '../../stack/progress.ts';
import { type Daemon, eventually } from '../daemon.ts';
import type { World } from '../program.ts';
import { conditionsOf, raisedBy, setSource } from './doctor.ts';
import { watchedHost } from './watched-host.ts';

/** A plugin that says that the host is up while a file is there, else words that a shell would act on. */
const plugin = (file: string): string => `#!/bin/sh
if [ -e '${file}' ]; then echo 'PING OK'; exit 0; fi
echo "CRITICAL; \\$(touch x) 'unreachable' \\"192.0.2.11\\" | load=1"; exit 2
`;

/**
 * Plays the fault and its end; a sentence with their times.
 * @param start starts the monitor for a host and the path of its plugin, checked each second.
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
    await sleep(4_000); // it has seen the host up
    const failed = Date.now();
    rmSync(up);
    const down = (await watched.notified()) - failed;
    await sleep(2_000); // the notification has come behind the event handler
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
