import { relative } from 'node:path';
import type { Stack } from './bring-up.ts';
import { loopback } from './deploy.ts';
import { stateDir } from './state.ts';

/** The text that tells a user how to use the stack. */
export function describe({ endpoint, outputs }: Stack): string {
  const folder = relative(process.cwd(), stateDir) || '.';
  return `
Doctor is up.
  console           ${outputs.ApiUrl}/console/
                    log in with user, password and project of ${folder}/openrc (or -tenant-a)
  API               ${outputs.ApiUrl}
  AWS endpoint      ${endpoint}
  log               ${folder}/ministack.log
  webhooks          may reach this machine itself (${loopback}), which on AWS is not allowed

Be the admin, or a member of one of two tenants' projects:
  source ${folder}/openrc
  source ${folder}/openrc-tenant-a        (or -tenant-b)
  source .venv/bin/activate && openstack token issue`;
}
