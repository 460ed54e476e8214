import { spawn } from 'node:child_process';
import { existsSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Refusal } from '../../stack/progress.ts';
import { expectMoved, hostToLeave, serverOf } from '../cloud.ts';
import type { Program, World } from '../program.ts';
import { installPython, pythonBin } from '../python-and-go.ts';

/**
 * The variable with the path of the script, which is in no registry:
 * `templates/instanceha/bin/instanceha.py` of infra-operator.
 */
const variable = 'INSTANCEHA';

/** The configuration from infra-operator's templates, with a fencing agent that does nothing. */
function configure({ account, folder }: World, host: string): Record<string, string> {
  const auth = {
    auth_url: account.OS_AUTH_URL,
    username: account.OS_USERNAME,
    project_name: account.OS_PROJECT_NAME,
    user_domain_name: 'Default',
    project_domain_name: 'Default',
  };
  const files = {
    INSTANCEHA_CONFIG_PATH: {
      config: {
        POLL: '15',
        DELTA: '10',
        THRESHOLD: '100',
        DELAY: '0',
        LOGLEVEL: 'debug',
        SMART_EVACUATION: 'true',
        TAGGED_AGGREGATES: 'false',
      },
    },
    CLOUDS_CONFIG_PATH: { clouds: { doctor: { auth, region_name: account.OS_REGION_NAME } } },
    SECURE_CONFIG_PATH: { clouds: { doctor: { auth: { password: account.OS_PASSWORD } } } },
    FENCING_CONFIG_PATH: { FencingConfig: { [host]: { agent: 'noop' } } },
  };
  const paths = Object.entries(files).map(([name, content]) => {
    const file = join(folder, `${name}.yaml`);
    writeFileSync(file, JSON.stringify(content), { mode: 0o600 }); // JSON is YAML
    return [name, file];
  });
  return { OS_CLOUD: 'doctor', ...Object.fromEntries(paths) };
}

/** Red Hat's InstanceHA finds a host without heartbeats, fences it and moves its servers. */
export const instanceHa: Program = {
  name: 'instanceha',
  does: "Red Hat's InstanceHA finds a silent host, forces it down and moves its servers",
  needs: `the script's path in ${variable}: no registry has it`,
  instancesOnForceDown: 'leave',
  variable,
  recording: { down: false, moves: true },
  install: (log) =>
    installPython(
      'instanceha',
      ['python-novaclient', 'keystoneauth1', 'requests', 'pyyaml', 'prometheus_client'],
      log,
    ),
  run: async (world) => {
    const { admin, log, proxy } = world;
    const script = process.env[variable] ?? '';
    if (!existsSync(script)) throw new Refusal(`${variable} names no file: "${script}"`);
    const { host, server } = await hostToLeave(world, 'instanceha', { heartbeat: true });
    const output = openSync(log, 'a');
    const child = spawn(join(pythonBin('instanceha'), 'python'), [script], {
      env: { ...process.env, ...proxy, ...configure(world, host) },
      stdio: ['ignore', output, output],
    });
    const ended = new Promise((done) => child.once('close', done));
    try {
      const deadline = Date.now() + 120_000;
      const there = async () => {
        const { host: now, locked } = await serverOf(admin, server);
        return now !== host && !locked;
      };
      while (!(await there()) && child.exitCode === null && Date.now() < deadline) await sleep(500);
    } finally {
      child.kill('SIGTERM');
      await ended;
    }
    return expectMoved(admin, server, host, 'ACTIVE');
  },
};
