/** Doctor beside the real cloud: requests of its own administrator. */
import * as z from 'zod';
import { runCommandLine } from '../../cli/run.ts';
import { readAccount } from '../../scripts/stack/accounts.ts';
import { apiUrl, type Client } from '../stack/stack.ts';

/** The longest wait, because a cloud on two busy cores takes some time. */
export const patience = { timeout: 120_000, interval: 500 };

/** Runs `doctor` as Doctor's own administrator. */
export async function command(...args: string[]) {
  const { username, password, project } = readAccount('admin');
  const said = { out: '', err: '' };
  const env = {
    ...{ OS_AUTH_URL: `${apiUrl()}/identity/v3`, OS_USERNAME: username, OS_PASSWORD: password },
    ...{ OS_PROJECT_NAME: project, OS_REGION_NAME: 'RegionOne' },
  };
  const status = await runCommandLine(args, env, {
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

const Outcome = z.object({ change: z.string(), state: z.string(), reason: z.string().nullable() });
const Faults = z.object({ faults: z.array(z.object({ applied_to_cloud: Outcome.nullable() })) });

/** The outcome of the newest fault of a host in the cloud. */
export async function outcomeOf(doctor: Client, name: string) {
  const { body } = await doctor.expect('GET', `/doctor/v1/faults?host=${name}&status=all`);
  return Faults.parse(body).faults[0]?.applied_to_cloud;
}

const Seen = z.object({ servers: z.array(z.looseObject({ id: z.string(), status: z.string() })) });

/** All servers as Doctor shows them. */
export async function seenInDoctor(doctor: Client) {
  const headers = { 'openstack-api-version': 'compute 2.94' };
  const path = '/compute/v2.1/servers/detail?all_tenants=1';
  return Seen.parse((await doctor.expect('GET', path, { headers })).body).servers;
}
