import './interop-state.ts';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Program, World } from './interop/program.ts';
import { programs } from './interop/programs.ts';
import { change, type Setting } from './interop/setting.ts';
import { readAccount } from './stack/accounts.ts';
import { login } from './stack/api.ts';
import type { Stack } from './stack/bring-up.ts';
import { Refusal, run } from './stack/progress.ts';
import { stateDir } from './stack/state.ts';
import { withStack } from './stack/with-stack.ts';

// `npm run test:interop`: programs of others, unmodified, on a stack that this starts and stops
// itself. Last line: `N passed, N failed`.

const usage = `npm run test:interop [-- [options] [NAME...]]

Runs programs of others, unmodified, on an embedded stack of its own: all of them, or those named.
What it gets from registries it keeps in .interop/. Logs are in .doctor/interop/.

  --list                             the programs, what they do and what they need
  --instances-on-force-down SETTING  stop or leave, for all, instead of what suits each
  --help                             this`;

type Result = { readonly ok: boolean; readonly said: string };

function chosen(names: readonly string[]): readonly Program[] {
  const unknown = names.find((name) => !programs.some((program) => program.name === name));
  if (unknown !== undefined) throw new Refusal(`There is no program ${unknown}: see --list.`);
  return names.length === 0 ? programs : programs.filter(({ name }) => names.includes(name));
}

function show(): void {
  for (const { name, does, needs } of programs) {
    console.log(`${name.padEnd(20)} ${does}${needs && `\n${' '.repeat(21)}needs ${needs}`}`);
  }
}

/** What a program finds; its folder is emptied. */
async function worldFor({ name }: Program, stack: Stack): Promise<World> {
  const folder = join(stateDir, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const url = stack.outputs.ApiUrl ?? '';
  const { username, password, project } = readAccount('admin');
  return {
    stack,
    folder,
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
  };
}

/** Installs and runs one program, and prints its line. */
async function play(program: Program, stack: Stack): Promise<Result> {
  const started = Date.now();
  const result = await worldFor(program, stack)
    .then(async (world) => {
      rmSync(world.log, { force: true });
      await program.install(world.log);
      return { ok: true, said: await program.run(world) };
    })
    .catch((error: Error) => ({
      ok: false,
      said: error instanceof Refusal ? error.message : `${error.stack}`,
    }));
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  const verdict = result.ok ? 'passed' : 'FAILED';
  console.log(`${program.name.padEnd(20)} ${verdict}  ${seconds.padStart(5)} s  ${result.said}`);
  return result;
}

/** Runs programs on the stack, in groups of one setting each. */
async function playAll(
  wanted: readonly Program[],
  stack: Stack,
  settingOf: (program: Program) => Setting,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const setting of new Set(wanted.map(settingOf))) {
    await change(stack, setting);
    const group = wanted.filter((program) => settingOf(program) === setting);
    for (const program of group) results.push(await play(program, stack));
  }
  return results;
}

await run(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      list: { type: 'boolean' },
      help: { type: 'boolean' },
      'instances-on-force-down': { type: 'string' },
    },
  });
  if (values.help) console.log(usage);
  if (values.list) show();
  if (values.help || values.list) return 0;
  const setting = values['instances-on-force-down'];
  if (setting !== undefined && setting !== 'stop' && setting !== 'leave') {
    throw new Refusal('--instances-on-force-down is stop or leave.');
  }
  const named = chosen(positionals);
  const wanted = named.filter(({ name, variable }) => {
    const there = variable === undefined || process.env[variable] || positionals.includes(name);
    if (!there)
      console.log(
        `${name.padEnd(20)} not run: it needs ${programs.find((of) => of.name === name)?.needs}`,
      );
    return there;
  });
  mkdirSync(stateDir, { recursive: true });
  const settingOf = (program: Program): Setting => setting ?? program.instancesOnForceDown;
  const results = await withStack(0, ({ stack }) => playAll(wanted, stack, settingOf));
  const failed = results?.filter(({ ok }) => !ok).length ?? 1;
  console.log(`\n${(results?.length ?? 0) - (results ? failed : 0)} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
});
