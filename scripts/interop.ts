import './interop-state.ts';
import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { playAll } from './interop/play.ts';
import type { Program } from './interop/program.ts';
import { programs } from './interop/programs.ts';
import type { Setting } from './interop/setting.ts';
import { Refusal, run } from './stack/progress.ts';
import { stateDir } from './stack/state.ts';
import { withStack } from './stack/with-stack.ts';

// `npm run test:interop`: runs unmodified programs of other projects on a stack that it starts and
// stops itself. Last line: `N passed, N failed`.

const usage = `npm run test:interop [-- [options] [NAME...]]

Runs programs of others, unmodified, on an embedded stack of its own: all of them, or those named.
Packages from registries are kept in .interop/. Logs are in .doctor/interop/.

  --list                             the programs, what they do and what they need
  --instances-on-force-down SETTING  stop or leave, for all programs, instead of the setting of each
  --record                           write the requests that can be replayed to test/e2e/recorded/,
                                     for npm test
  --help                             print this`;

const column = (name: string): string => name.padEnd(20);

const list = (): string =>
  programs
    .map(
      ({ name, does, needs }) =>
        `${column(name)} ${does}${needs && `\n${column('')} needs ${needs}`}`,
    )
    .join('\n');

/** The named programs, or all programs that can run here. Prints which cannot, and what they need. */
function chosen(names: readonly string[]): readonly Program[] {
  const unknown = names.find((name) => !programs.some((program) => program.name === name));
  if (unknown !== undefined) throw new Refusal(`There is no program ${unknown}: see --list.`);
  if (names.length > 0) return programs.filter(({ name }) => names.includes(name));
  const isFound = ({ variable, asRoot }: Program) =>
    (variable === undefined || !!process.env[variable]) && (!asRoot || process.getuid?.() === 0);
  for (const { name, needs } of programs.filter((program) => !isFound(program))) {
    console.log(`${column(name)} not run: it needs ${needs}`);
  }
  return programs.filter(isFound);
}

function settingIn(value: string | undefined): Setting | undefined {
  if (value === undefined || value === 'stop' || value === 'leave') return value;
  throw new Refusal('--instances-on-force-down is stop or leave.');
}

const parse = () =>
  parseArgs({
    allowPositionals: true,
    options: {
      list: { type: 'boolean' },
      help: { type: 'boolean' },
      record: { type: 'boolean', default: false },
      'instances-on-force-down': { type: 'string' },
    },
  });

function commandLine(): ReturnType<typeof parse> {
  try {
    return parse();
  } catch (error) {
    throw new Refusal(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  }
}

await run(async () => {
  const { values, positionals } = commandLine();
  if (values.help || values.list) {
    console.log(values.help ? usage : list());
    return 0;
  }
  const setting = settingIn(values['instances-on-force-down']);
  const settingOf = (program: Program): Setting => setting ?? program.instancesOnForceDown;
  const programsToRun = chosen(positionals);
  mkdirSync(stateDir, { recursive: true });
  const results = await withStack(0, ({ stack, reused }) => {
    if (reused) throw new Refusal(`Another run is at work: a stack is up in ${stateDir}.`);
    return playAll(programsToRun, { stack, settingOf, record: values.record });
  });
  const passed = results?.filter((ok) => ok).length ?? 0;
  const failed = results ? results.length - passed : 1;
  console.log(`\n${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
});
