import { join } from 'node:path';
import { hostToLeave } from '../cloud.ts';
import { mustRun } from '../command.ts';
import { here, installed } from '../install.ts';
import type { Program } from '../program.ts';
import { buildGo } from '../python-and-go.ts';

const folder = join(here, 'gophercloud');

/**
 * Doctor's own test program with one version of gophercloud. Among other things it evacuates a
 * server.
 */
const gophercloud = (version: string, modfile: string): Program => {
  const name = `gophercloud-${version}`;
  const binary = join(installed, name);
  return {
    name,
    does: `gophercloud ${version} logs in, finds services, reports a host, evacuates, makes a port`,
    needs: 'Go 1.25',
    instancesOnForceDown: 'stop',
    install: (log) => buildGo(folder, modfile, binary, log),
    recording: { down: false, moves: true },
    run: async (world) => {
      const { account, log, proxy } = world;
      const { host, server } = await hostToLeave(world, 'go');
      const env = {
        PATH: process.env.PATH,
        ...account,
        OS_DOMAIN_NAME: 'Default',
        INTEROP_HOST: host,
        INTEROP_SERVER: server,
        INTEROP_PROXY: proxy.http_proxy ?? '',
      };
      const output = await mustRun(binary, [], { env, log, withinMs: 60_000 });
      return `${output.match(/^ok/gm)?.length ?? 0} steps`;
    },
  };
};

export const gophercloudNew = gophercloud('2.15', 'go.mod');
export const gophercloudOld = gophercloud('2.8', 'go-2.8.mod');
