/** Debian's Prometheus, Alertmanager and node exporter on loopback, with the configuration of the pages. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { freePort } from '../../stack/ports.ts';
import { type Daemon, eventually, startDaemon } from '../daemon.ts';
import { debianFolder, unpackDebian } from '../debian.ts';
import type { World } from '../program.ts';
import type { MonitorCredential } from './credential.ts';
import { blocksOf, writeConfig } from './page-blocks.ts';

const name = 'prometheus';
const binary = (file: string): string => join(debianFolder(name), 'usr/bin', file);

/**
 * Runs a program as if its package were installed, because Debian's Alertmanager reads its
 * templates from `/usr/share`. It runs in a mount namespace in which the package's files overlay
 * that folder, so root is not needed.
 */
const asInstalled = `mount -t overlay overlay -o lowerdir=${debianFolder(name)}/usr/share:/usr/share /usr/share && exec "$@"`;

/** Gets the three programs from Debian. */
export const unpackPrometheus = (log: string): Promise<void> =>
  unpackDebian(name, [['prometheus', 'prometheus-alertmanager', 'prometheus-node-exporter']], log);

/** The addresses of the programs, each on a free port of loopback. */
export type Ports = {
  readonly exporter: number;
  readonly prometheus: number;
  readonly alertmanager: number;
};

export async function freePorts(): Promise<Ports> {
  const [exporter, prometheus, alertmanager] = await Promise.all([
    freePort(),
    freePort(),
    freePort(),
  ]);
  return { exporter, prometheus, alertmanager };
}

/** What the programs need to start. */
export type Setup = {
  readonly world: World;
  readonly ports: Ports;
  readonly host: string;
  readonly credential: MonitorCredential;
};

export const startExporter = ({ world, ports }: Setup): Daemon =>
  startDaemon(
    binary('prometheus-node-exporter'),
    [
      `--web.listen-address=127.0.0.1:${ports.exporter}`,
      ...['--collector.disable-defaults', '--collector.time'],
    ],
    { log: world.log },
  );

/** Starts Alertmanager. Its data is kept when it stops. */
export async function startAlertmanager(setup: Setup): Promise<Daemon> {
  const { world, ports, credential } = setup;
  const config = join(world.folder, 'alertmanager.yml');
  writeConfig(config, blocksOf('alertmanager', 'yaml')[0], {
    'https://doctor.example/api': world.stack.outputs.ApiUrl ?? '',
    CREDENTIAL_ID: credential.id,
    '/etc/prometheus/doctor.secret': credential.secretFile,
  });
  const daemon = startDaemon(
    'unshare',
    [
      ...['--map-root-user', '--mount', 'sh', '-c', asInstalled, 'sh'],
      binary('prometheus-alertmanager'),
      ...[`--config.file=${config}`, `--storage.path=${join(world.folder, 'alertmanager')}`],
      ...[`--web.listen-address=127.0.0.1:${ports.alertmanager}`, '--cluster.listen-address='],
    ],
    { log: world.log },
  );
  await isReady(ports.alertmanager);
  return daemon;
}

/** The times in the how-to pages, and those that replace them in this run. */
const faster = { 'scrape_interval: 5s': 'scrape_interval: 1s' };
const times = {
  ...faster,
  'scrape_timeout: 4s': 'scrape_timeout: 1s',
  'evaluation_interval: 5s': 'evaluation_interval: 1s',
};

/** The Alertmanager to which Prometheus sends its alerts. */
export type Receiver = 'alertmanager' | 'doctor' | 'both';

/** Writes the configuration of Prometheus. After that, `reload` makes Prometheus read it again. */
export function configurePrometheus({ world, ports, host, credential }: Setup, to: Receiver): void {
  const [, prometheus = '', rules] = blocksOf('alertmanager', 'yaml');
  const [direct = ''] = blocksOf('prometheus', 'yaml');
  const [scraping = ''] = prometheus.split(/^alerting:$/m);
  const managers = {
    alertmanager: prometheus.slice(scraping.length),
    doctor: direct,
    both:
      prometheus.slice(scraping.length) + direct.replace(/^alerting:\n {2}alertmanagers:\n/, ''),
  };
  const { host: address, pathname, protocol } = new URL(world.stack.outputs.ApiUrl ?? '');
  const rulesFile = join(world.folder, 'rules.yml');
  writeConfig(rulesFile, rules, { 'for: 10s': 'for: 1s' });
  writeConfig(join(world.folder, 'prometheus.yml'), scraping + managers[to], {
    ...times,
    '/etc/prometheus/doctor-rules.yml': rulesFile,
    "['compute-1:9100', 'compute-2:9100']": `['127.0.0.1:${ports.exporter}']\n        labels: { host: ${host} }`,
    ...(to !== 'doctor' && { '127.0.0.1:9093': `127.0.0.1:${ports.alertmanager}` }),
    ...(to !== 'alertmanager' && {
      'doctor.example': address,
      'scheme: https': `scheme: ${protocol.slice(0, -1)}`,
      'path_prefix: /api': `path_prefix: ${pathname}`,
      CREDENTIAL_ID: credential.id,
      '/etc/prometheus/doctor.secret': credential.secretFile,
    }),
  });
}

/**
 * Starts Prometheus, which sends its alerts again each second. Each alert says that it ends after 4
 * seconds unless it is sent again.
 */
export async function startPrometheus({ world, ports }: Setup): Promise<Daemon> {
  const data = join(world.folder, 'prometheus');
  mkdirSync(data, { recursive: true });
  const daemon = startDaemon(
    binary('prometheus'),
    [
      ...[`--config.file=${join(world.folder, 'prometheus.yml')}`, `--storage.tsdb.path=${data}`],
      ...[`--web.listen-address=127.0.0.1:${ports.prometheus}`, '--rules.alert.resend-delay=1s'],
    ],
    { log: world.log },
  );
  await isReady(ports.prometheus);
  return daemon;
}

const isReady = (port: number): Promise<boolean> =>
  eventually(`port ${port} is ready`, async () => {
    return (await fetch(`http://127.0.0.1:${port}/-/ready`)).ok;
  });

const json = async (url: string): Promise<unknown> => (await fetch(url)).json();

const Active = z.object({
  data: z.object({ alerts: z.array(z.object({ state: z.string(), activeAt: z.string() })) }),
});

/**
 * When Prometheus first saw the fault that it now reports, in ms since 1970; undefined if it
 * reports none.
 */
export async function activeAt({ ports }: Setup): Promise<number | undefined> {
  const { data } = Active.parse(await json(`http://127.0.0.1:${ports.prometheus}/api/v1/alerts`));
  const firing = data.alerts.find(({ state }) => state === 'firing');
  return firing && Date.parse(firing.activeAt);
}

const Held = z.array(z.object({ startsAt: z.string(), updatedAt: z.string() }));

/** The times of the alert that Alertmanager holds; undefined if it holds none. */
export async function heldBy({ ports }: Setup) {
  const [alert] = Held.parse(await json(`http://127.0.0.1:${ports.alertmanager}/api/v2/alerts`));
  return alert && { firing: Date.parse(alert.startsAt), received: Date.parse(alert.updatedAt) };
}
