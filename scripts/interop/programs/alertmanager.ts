import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Refusal } from '../../stack/progress.ts';
import { type Daemon, eventually } from '../daemon.ts';
import { monitorCredential } from '../monitors/credential.ts';
import { acceptedAt, conditionsOf, raisedBy, setSource } from '../monitors/doctor.ts';
import {
  activeAt,
  configurePrometheus,
  freePorts,
  heldBy,
  type Setup,
  startAlertmanager,
  startExporter,
  startPrometheus,
  unpackPrometheus,
} from '../monitors/prometheus-stack.ts';
import { type WatchedHost, watchedHost } from '../monitors/watched-host.ts';
import type { Program, World } from '../program.ts';

/** The programs that are running, by name. A restarted program replaces the one before. */
type Running = { exporter: Daemon; alertmanager: Daemon; prometheus: Daemon };

type Bench = { readonly setup: Setup; readonly watched: WatchedHost; readonly running: Running };

/** A sentence with the time between each two moments. */
const hops = (moments: readonly (readonly [string, number])[]): string =>
  moments
    .slice(1)
    .map(([name, at], index) => `${name} ${((at - (moments[index]?.[1] ?? 0)) / 1000).toFixed(3)}`)
    .join(', ');

/**
 * Stops the exporter, and waits until the tenant is notified. Returns the time of each hop, in
 * seconds.
 */
async function faultThrough({ setup, watched, running }: Bench): Promise<string> {
  const killed = Date.now();
  await running.exporter.end('SIGKILL');
  const held = await eventually('Alertmanager holds the alert', () => heldBy(setup));
  const active = await eventually('Prometheus has the alert', () => activeAt(setup));
  const notified = await watched.notified();
  return hops([
    ['killed', killed],
    ['to Prometheus', active],
    ['for', held.firing],
    ['to Alertmanager', held.received],
    ['to Doctor', await acceptedAt(setup.world, watched.host)],
    ['to the tenant', notified],
  ]);
}

/** Starts the exporter again, and waits until the host is up. Returns how many seconds that took. */
async function recovery({ setup, watched, running }: Bench): Promise<string> {
  const started = Date.now();
  running.exporter = startExporter(setup);
  await watched.becomes('up');
  await watched.repair();
  return ((Date.now() - started) / 1000).toFixed(1);
}

/** A fault that ends and begins again within a `group_interval`: the host stays down throughout. */
async function flap({ setup, watched, running }: Bench): Promise<void> {
  await running.exporter.end('SIGKILL');
  await watched.becomes('down');
  const first = await eventually('the alert is held', () => heldBy(setup));
  running.exporter = startExporter(setup);
  await eventually(
    'Prometheus sees the end',
    async () => (await activeAt(setup)) === undefined || undefined,
  );
  await running.exporter.end('SIGKILL');
  await eventually('it fires again', async () => (await heldBy(setup))?.firing !== first.firing);
  for (const deadline = Date.now() + 12_000; Date.now() < deadline; await sleep(300)) {
    if (await watched.isUp()) throw new Refusal('the host was up during a flap');
  }
  const keys = new Set((await conditionsOf(setup.world, watched.host)).map(({ key }) => key));
  if (keys.size !== 1) throw new Refusal(`a flap made ${keys.size} conditions`);
}

/** Two sources report the host, and Alertmanager restarts meanwhile: up after both have cleared it. */
async function twoSources({ setup, watched, running }: Bench): Promise<void> {
  const { world } = setup;
  configurePrometheus(setup, 'both');
  running.prometheus.signal('SIGHUP');
  await eventually('both sources hold it down', async () => {
    return (await raisedBy(world, watched.host)).join() === 'alertmanager,prometheus';
  });
  await running.alertmanager.end();
  running.exporter = startExporter(setup);
  await eventually('one source has cleared it', async () => {
    return (await raisedBy(world, watched.host)).join() === 'alertmanager';
  });
  if (await watched.isUp()) throw new Refusal('the host is up while Alertmanager holds it down');
  running.alertmanager = await startAlertmanager(setup);
  await watched.becomes('up');
  await watched.repair();
}

/**
 * Prometheus stops while the host is down: Alertmanager reports the alert as resolved, and the host
 * stays down.
 */
async function prometheusDies({ setup, watched, running }: Bench): Promise<void> {
  const { world } = setup;
  await setSource(world, 'alertmanager', { clear: 'hold', fenced: true });
  configurePrometheus(setup, 'alertmanager');
  running.prometheus.signal('SIGHUP');
  await running.exporter.end('SIGKILL');
  await watched.becomes('down');
  await running.prometheus.end('SIGKILL');
  await eventually('Alertmanager says resolved', async () => {
    return !(await raisedBy(world, watched.host)).includes('alertmanager');
  });
  if (await watched.isUp()) throw new Refusal('the host is up because Prometheus died');
  await watched.repair();
  await watched.becomes('up');
}

async function run(world: World): Promise<string> {
  const watched = await watchedHost(world, 'am');
  const credential = await monitorCredential(world, join(world.folder, 'doctor.secret'));
  const setup = { world, ports: await freePorts(), host: watched.host, credential };
  for (const source of ['alertmanager', 'prometheus']) {
    await setSource(world, source, { clear: 'auto', fenced: true });
  }
  configurePrometheus(setup, 'alertmanager');
  const running: Running = {
    exporter: startExporter(setup),
    alertmanager: await startAlertmanager(setup),
    prometheus: await startPrometheus(setup),
  };
  const bench = { setup, watched, running };
  try {
    await sleep(2_000); // until Prometheus has seen the host up
    const down = await faultThrough(bench);
    const up = await recovery(bench);
    await flap(bench);
    await twoSources(bench);
    await prometheusDies(bench);
    return `down in s: ${down}; up after ${up} s; a flap, two sources, a restart, Prometheus killed`;
  } finally {
    await Promise.all(Object.values(running).map((daemon: Daemon) => daemon.end('SIGKILL')));
    await watched.close();
  }
}

/** Debian's Prometheus and Alertmanager report a host whose exporter disappears. */
export const alertmanager: Program = {
  name: 'alertmanager',
  does: "Debian's Prometheus and Alertmanager: an exporter disappears, its host is down and up again",
  needs: "Debian's apt-get, and unshare for users",
  instancesOnForceDown: 'stop',
  install: unpackPrometheus,
  run,
};
