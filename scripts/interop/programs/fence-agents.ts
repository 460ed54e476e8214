import { join } from 'node:path';
import { Refusal } from '../../stack/progress.ts';
import { expectMoved, hostToLeave, newHost, serviceOf } from '../cloud.ts';
import { mustRun } from '../command.ts';
import { fenceAgents, unpackFenceAgents } from '../debian.ts';
import { here, pathWith } from '../install.ts';
import type { Program, World } from '../program.ts';
import { installPython, pythonBin } from '../python-and-go.ts';

const packages = [
  ...['pexpect', 'pycurl', 'requests'],
  ...['python-novaclient', 'python-keystoneclient', 'keystoneauth1'],
];

async function install(log: string): Promise<void> {
  await installPython('fence-agents', packages, log);
  await unpackFenceAgents(log);
}

/** Runs an agent as Pacemaker does. A replacement of Pacemaker's `attrd_updater` always succeeds. */
const agent = (world: World, name: string, action: string, host: string): Promise<string> => {
  const { account, log, proxy } = world;
  const own = join(here, 'fence-agents');
  return mustRun(
    join(pythonBin('fence-agents'), 'python'),
    [
      join(fenceAgents, 'usr/sbin', name),
      ...['-k', account.OS_AUTH_URL ?? '', '-l', account.OS_USERNAME ?? ''],
      ...['-p', account.OS_PASSWORD ?? '', '-t', account.OS_PROJECT_NAME ?? ''],
      ...[`--region-name=${account.OS_REGION_NAME}`, '-o', action, '-n', host, '-v'],
    ],
    {
      env: {
        ...process.env,
        ...proxy,
        PATH: pathWith(join(own, 'bin')),
        PYTHONPATH: `${own}:${join(fenceAgents, 'usr/share/fence')}`,
      },
      log,
      withinMs: 120_000,
    },
  );
};

async function expectService(world: World, host: string, wanted: string): Promise<void> {
  const { state, status } = await serviceOf(world.admin, host);
  const found = `${status} ${state}`;
  if (found !== wanted) throw new Refusal(`the host is ${found}, not ${wanted}`);
}

/** The agent that forces a host down, disables it, and reverses both. */
export const fenceCompute: Program = {
  name: 'fence_compute',
  does: 'ClusterLabs fence_compute: status, off and on of a host',
  needs: "Debian's apt-get",
  instancesOnForceDown: 'stop',
  recording: { down: false, moves: false },
  install,
  run: async (world) => {
    const host = await newHost(world.admin, 'fence');
    world.names.host = host;
    await agent(world, 'fence_compute', 'status', host);
    await agent(world, 'fence_compute', 'off', host);
    await expectService(world, host, 'disabled down');
    await agent(world, 'fence_compute', 'on', host);
    await expectService(world, host, 'enabled up');
    return 'status, off and on';
  },
};

/** The agent that evacuates the servers of a host that `fence_compute` has forced down. */
export const fenceEvacuate: Program = {
  name: 'fence_evacuate',
  does: 'ClusterLabs fence_evacuate: the servers of a host that fence_compute took off',
  needs: "Debian's apt-get",
  instancesOnForceDown: 'stop',
  recording: { down: false, moves: true },
  install,
  run: async (world) => {
    const { host, server } = await hostToLeave(world, 'evac');
    await agent(world, 'fence_compute', 'off', host);
    await agent(world, 'fence_evacuate', 'off', host);
    return expectMoved(world.admin, server, host, 'ACTIVE');
  },
};
