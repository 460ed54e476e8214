import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readAccount } from '../stack/accounts.ts';
import { login } from '../stack/api.ts';
import type { Stack } from '../stack/bring-up.ts';
import { Refusal } from '../stack/progress.ts';
import { root, stateDir } from '../stack/state.ts';
import { mustRun } from './command.ts';
import type { Program, World } from './program.ts';
import { startRecorder } from './recorder.ts';
import { scriptOf } from './script.ts';
import { change, type Setting } from './setting.ts';

/** What is needed to run the programs. */
export type PlayOptions = {
  readonly stack: Stack;
  readonly settingOf: (program: Program) => Setting;
  /** Whether the requests are recorded for `npm test`. */
  readonly record: boolean;
};

/** The world of one program. Empties the program's folder. */
async function worldFor({ name }: Program, stack: Stack): Promise<World> {
  const folder = join(stateDir, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const url = stack.outputs.ApiUrl ?? '';
  const { username, password, project } = readAccount('admin');
  return {
    folder,
    stack,
    admin: await login(url, { username, password, project }),
    account: {
      OS_AUTH_URL: `${url}/identity/v3`,
      OS_USERNAME: username,
      OS_PASSWORD: password,
      OS_PROJECT_NAME: project,
      OS_USER_DOMAIN_NAME: 'Default',
      OS_PROJECT_DOMAIN_NAME: 'Default',
      OS_IDENTITY_API_VERSION: '3',
      OS_REGION_NAME: 'RegionOne',
    },
    log: join(stateDir, `${name}.log`),
    proxy: {},
    names: { password },
  };
}

/** Runs a program through the recorder, and writes its requests to the file that `npm test` replays. */
async function playRecorded(program: Program, world: World, apiUrl: string): Promise<string> {
  const { name, recording } = program;
  const recorder = await startRecorder(apiUrl);
  try {
    const said = await program.run({ ...world, proxy: recorder.proxy });
    const calls = scriptOf(recorder.calls, { ...world.names, project: world.admin.projectId });
    const file = join(root, `test/e2e/recorded/${name}.json`);
    writeFileSync(file, `${JSON.stringify({ program: name, ...recording, calls }, null, 2)}\n`);
    await mustRun('biome', ['format', '--write', file], { log: world.log });
    return `${said}; ${calls.length} requests kept`;
  } finally {
    recorder.stop();
  }
}

/** Installs and runs one program, and prints its result in one line. Returns whether it passed. */
async function play(program: Program, { stack, record }: PlayOptions): Promise<boolean> {
  const started = Date.now();
  const line = (verdict: string, said: string): void => {
    const seconds = ((Date.now() - started) / 1000).toFixed(1).padStart(5);
    console.log(`${program.name.padEnd(20)} ${verdict}  ${seconds} s  ${said}`);
  };
  try {
    const world = await worldFor(program, stack);
    rmSync(world.log, { force: true });
    await program.install(world.log);
    const kept = record && program.recording !== undefined;
    const said = kept
      ? await playRecorded(program, world, stack.outputs.ApiUrl ?? '')
      : await program.run(world);
    line('passed', said);
    return true;
  } catch (error) {
    const known = error instanceof Refusal;
    line('FAILED', known ? error.message : String(error instanceof Error ? error.stack : error));
    return false;
  }
}

/**
 * Runs programs one after another, grouped by the setting that they need. Returns whether each
 * passed.
 */
export async function playAll(
  wanted: readonly Program[],
  options: PlayOptions,
): Promise<readonly boolean[]> {
  const passed: boolean[] = [];
  for (const setting of new Set(wanted.map(options.settingOf))) {
    await change(options.stack, setting);
    const group = wanted.filter((program) => options.settingOf(program) === setting);
    for (const program of group) passed.push(await play(program, options));
  }
  return passed;
}
