import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expectMoved, forceDown, hostToLeave } from '../cloud.ts';
import { mustRun } from '../command.ts';
import { here } from '../install.ts';
import type { Program, World } from '../program.ts';
import { installPython, pythonBin } from '../python-and-go.ts';
import { pinned, versions } from '../versions.ts';

/** Masakari's configuration: where Nova is, and waits that are shorter than in a cloud. */
const configuration = ({ account, folder }: World): string => `[DEFAULT]
transport_url = fake:/
os_region_name = ${account.OS_REGION_NAME}
os_privileged_user_name = ${account.OS_USERNAME}
os_privileged_user_password = ${account.OS_PASSWORD}
os_privileged_user_tenant = ${account.OS_PROJECT_NAME}
os_privileged_user_auth_url = ${account.OS_AUTH_URL}
nova_catalog_admin_info = compute:nova:publicURL
wait_period_after_service_update = 1
wait_period_after_evacuation = 10
wait_period_after_power_off = 10
verify_interval = 1
[keystone_authtoken]
auth_type = password
[database]
connection = sqlite:///${join(folder, 'masakari.db')}
[taskflow]
connection = memory://
`;

/** Masakari's own host-failure taskflow, for a host that its monitor has reported down. */
export const masakari: Program = {
  name: 'masakari',
  does: `Masakari ${versions.masakari}: its engine's taskflow recovers a failed host`,
  needs: '',
  instancesOnForceDown: 'leave',
  recording: { down: true, moves: true },
  install: (log) => installPython('masakari', [pinned('masakari')], log),
  run: async (world) => {
    const { admin, folder, log } = world;
    const config = join(folder, 'masakari.conf');
    writeFileSync(config, configuration(world), { mode: 0o600 });
    const { host, server } = await hostToLeave(world, 'masakari');
    await forceDown(admin, host);
    const script = join(here, 'masakari/recover_host.py');
    await mustRun(join(pythonBin('masakari'), 'python'), [script, config, host], {
      env: { ...process.env, ...world.proxy },
      log,
      withinMs: 120_000,
    });
    return expectMoved(admin, server, host, 'ACTIVE');
  },
};
