import { join } from 'node:path';
import { Refusal } from '../../stack/progress.ts';
import { newHost } from '../cloud.ts';
import { mustRun, run } from '../command.ts';
import { here, pathWith } from '../install.ts';
import type { Program } from '../program.ts';
import { installPython, pythonBin } from '../python-and-go.ts';
import { pinned, versions } from '../versions.ts';
import { writeWorkspace } from './tempest-config.ts';

const packages = [
  pinned('tempest'),
  pinned('telemetry-tempest-plugin'),
  pinned('neutron-tempest-plugin'),
];

/** Lines of tempest's summary, such as `- Passed: 3`. */
const counted = (output: string, what: string): number =>
  Number(new RegExp(`^ - ${what}: (\\d+)`, 'm').exec(output)?.[1] ?? 0);

/** The tests that failed, as tempest names them while it runs. */
const failures = (output: string): string[] =>
  [...output.matchAll(/^\{\d+\} (.+?) \[[\d.]+s\] \.\.\. FAILED$/gm)].map(([, name = '']) =>
    name.replace(/\[.*\]/, ''),
  );

/**
 * A program that runs tests of tempest and its plugins. Two files
 * `test/interop/tempest/<list>.….txt` list the tests to include and to exclude, with a reason on
 * each line. The requests of one of the tests may be recorded.
 */
const tempest = (list: string, does: string, recorded?: string): Program => ({
  name: `tempest-${list}`,
  does,
  needs: '',
  instancesOnForceDown: 'stop',
  ...(recorded && { recording: { down: false, moves: false } }),
  install: (log) => installPython('tempest', packages, log),
  run: async (world) => {
    const { admin, folder, log } = world;
    const command = join(pythonBin('tempest'), 'tempest');
    // Tempest keeps a configuration in the home folder, and must not change the user's.
    const env = { ...process.env, HOME: folder, PATH: pathWith(pythonBin('tempest')) };
    const workspace = join(folder, 'workspace');
    await mustRun(command, ['init', workspace], { cwd: folder, log, env });
    await writeWorkspace({ ...world, folder: workspace });
    // Some tests of hosts need two hosts.
    for (const kind of ['tempest-1', 'tempest-2']) await newHost(admin, kind, { vcpus: 4 });
    const { output } = await run(
      command,
      [
        ...['run', '--concurrency', '1', '--config-file', join(workspace, 'etc/tempest.conf')],
        ...(recorded && world.proxy.http_proxy
          ? ['--regex', recorded]
          : ['--include-list', join(here, `tempest/${list}.in.txt`)]),
        ...['--exclude-list', join(here, `tempest/${list}.out.txt`)],
      ],
      { cwd: workspace, log, env, withinMs: 900_000 },
    );
    const [passed, skipped, failed] = ['Passed', 'Skipped', 'Failed'].map((of) =>
      counted(output, of),
    );
    const said = `${passed} of its tests passed, ${skipped} skipped, ${failed} failed`;
    if (failed !== 0 || !passed) {
      throw new Refusal([said, ...failures(output), `All of it: ${log}`].join('\n'));
    }
    return said;
  },
});

export const tempestCompute = tempest('compute', `tempest ${versions.tempest}: compute`);
export const tempestNetwork = tempest(
  'network',
  `tempest ${versions.tempest}: networks and ports`,
  'PortsTestJSON.test_create_update_delete_port',
);
export const tempestIdentity = tempest('identity', `tempest ${versions.tempest}: identity v3`);
export const tempestTelemetry = tempest(
  'telemetry',
  `telemetry-tempest-plugin ${versions['telemetry-tempest-plugin']}: alarming`,
);
