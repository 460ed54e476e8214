import { relative } from 'node:path';
import type { Stack } from './bring-up.ts';
import { stateDir } from './state.ts';

/** What a person needs to use the stack. */
export function describe({ endpoint, outputs }: Stack): string {
  const folder = relative(process.cwd(), stateDir) || '.';
  return `
Doctor is up.
  API               ${outputs.ApiUrl}
  AWS endpoint      ${endpoint}
  log               ${folder}/ministack.log

Be the admin, or a member of one of two tenants' projects:
  source ${folder}/openrc
  source ${folder}/openrc-tenant-a        (or -tenant-b)
  source .venv/bin/activate && openstack token issue`;
}
