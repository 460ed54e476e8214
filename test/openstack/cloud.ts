/** The cloud that `npm run test:openstack` runs the tests against, and Doctor beside it. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runCommandLine } from '../../cli/run.ts';
import { boxOf, type Cloud, cloudOf, openrcOf } from '../../scripts/openstack/cloud-account.ts';
import { root } from '../../scripts/stack/state.ts';
import { output } from '../stack/stack.ts';

/** The login of the cloud's administrator. */
export const admin = (): Cloud => cloudOf(process.env);

/** The control plane for tests. @throws if the cloud is another one. */
export function box() {
  const found = boxOf(process.env);
  if (!found) throw new Error('OPENSTACK_BOX is not set.');
  return found;
}

/** Runs `openstack` with the openrc of a user, and nothing else; the text that it prints. */
export async function openstack(cloud: Cloud, ...args: string[]): Promise<string> {
  const { PATH = '', HOME = '' } = process.env;
  const { stdout } = await promisify(execFile)(join(root, '.venv/bin/openstack'), args, {
    env: { PATH, HOME, ...openrcOf(cloud) },
  });
  return stdout.trim();
}

/** Runs `doctor` with the openrc of a user; its exit status and its output. */
export async function doctor(cloud: Cloud, ...args: string[]) {
  const said = { out: '', err: '' };
  const status = await runCommandLine(args, openrcOf(cloud), {
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
    terminal: false,
  });
  return { status, ...said };
}

/** Lists Doctor in the catalogue of the cloud. */
export async function register(): Promise<void> {
  const { status, err } = await doctor(admin(), 'cloud', 'register', output('ApiUrl'));
  if (status !== 0) throw new Error(err);
}
