import { spawn } from 'node:child_process';
import { existsSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Refusal } from '../../stack/progress.ts';
import { newHost } from '../cloud.ts';
import type { Program, World } from '../program.ts';

/**
 * The variable with the path of the built program, because the Go module proxy did not serve the
 * module.
 */
const variable = 'OPENSTACK_EXPORTER';

function writeClouds({ account, folder }: World): string {
  const file = join(folder, 'clouds.yaml');
  const auth = {
    auth_url: account.OS_AUTH_URL,
    username: account.OS_USERNAME,
    password: account.OS_PASSWORD,
    project_name: account.OS_PROJECT_NAME,
    user_domain_name: 'Default',
    project_domain_name: 'Default',
  };
  const cloud = { region_name: account.OS_REGION_NAME, identity_api_version: '3', auth };
  writeFileSync(file, JSON.stringify({ clouds: { doctor: cloud } }), { mode: 0o600 }); // JSON is YAML
  return file;
}

/** The exporter's answer, as soon as there is one. */
async function scrape(url: string): Promise<string> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return answer.text();
    if (Date.now() > deadline) {
      const said = answer ? `${answer.status} ${await answer.text()}` : 'nothing';
      throw new Refusal(`${url} answers ${said.slice(0, 500)}`);
    }
    await sleep(300);
  }
}

/** One scrape of openstack-exporter shows Nova's services. */
export const exporter: Program = {
  name: 'openstack-exporter',
  does: 'openstack-exporter: a scrape shows the compute services',
  needs: `the built program's path in ${variable}: go install github.com/openstack-exporter/openstack-exporter@latest`,
  instancesOnForceDown: 'stop',
  variable,
  install: async () => {},
  run: async (world) => {
    const program = process.env[variable] ?? '';
    if (!existsSync(program)) throw new Refusal(`${variable} names no file: "${program}"`);
    const host = await newHost(world.admin, 'exporter');
    const output = openSync(world.log, 'a');
    const address = '127.0.0.1:19180';
    const child = spawn(
      program,
      [
        ...[`--os-client-config=${writeClouds(world)}`, `--web.listen-address=${address}`],
        'doctor',
      ],
      { stdio: ['ignore', output, output], env: { PATH: process.env.PATH } },
    );
    const ended = new Promise((done) => child.once('close', done));
    try {
      const metrics = await scrape(`http://${address}/metrics`);
      const state = metrics
        .split('\n')
        .find((line) => line.startsWith('openstack_nova_agent_state') && line.includes(host));
      if (!state?.trim().endsWith(' 1')) {
        throw new Refusal(`${host} is not up among its metrics: ${state ?? 'it is not there'}`);
      }
      return `${metrics.match(/^openstack_/gm)?.length ?? 0} metrics, the host's service up`;
    } finally {
      child.kill('SIGTERM');
      await ended;
    }
  },
};
