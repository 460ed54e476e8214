import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle, bytesOf, functionNames, write } from '../../infra/bundle.ts';
import { type Figure, percentile } from '../figures.ts';
import { environments } from './environments.ts';

/**
 * The modules that Lambda's runtime has loaded before it loads a function: above all Node's HTTP
 * clients.
 */
const runtime = ['readline', 'path', 'fs', 'url', 'http', 'https', 'module'];

/** A function that does nothing. */
const empty = 'exports.handler = async () => ({ statusCode: 200 });';

/**
 * The targets: kilobytes that a function loads at its start, and its start divided by that of a
 * function that does nothing.
 */
const mostKilobytes = 350;
const mostTimes = 2;

/**
 * Loads a function as the runtime does, with what it loads right away; prints the processor time of its
 * process so far, in ms.
 */
const start = (file: string): string => `
  for (const name of ${JSON.stringify(runtime)}) require('node:' + name);
  if (typeof require(${JSON.stringify(file)}).handler !== 'function') throw new Error('no handler');
  setImmediate(() => {
    const { user, system } = process.cpuUsage();
    console.log((user + system) / 1000);
    process.exit();
  });`;

/** The processor time of a process that starts and loads the function, in ms. */
function started(file: string, variables: Readonly<Record<string, string>>): number {
  const aws = {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
  };
  const env = { ...variables, ...aws };
  return Number(execFileSync(process.execPath, ['-e', start(file)], { env, encoding: 'utf8' }));
}

/**
 * Measures the sizes of the bundles (what is loaded at the start, and what later), and the
 * processor time until their processes are ready, compared with a function that does nothing. The
 * functions are started in turn, so that other work on the machine slows all of them.
 */
export async function coldStart(runs: number): Promise<Figure[]> {
  const scenario = 'coldstart';
  const folder = mkdtempSync(join(tmpdir(), 'doctor-coldstart-'));
  try {
    const variables = environments();
    const emptyFile = join(folder, 'empty.js');
    writeFileSync(emptyFile, empty);
    const sizes = new Map<string, { start: number; later: number }>();
    for (const name of functionNames) {
      const made = await bundle(name);
      await write(name, made, join(folder, name));
      sizes.set(name, { start: bytesOf(made.atStart), later: bytesOf(made.later) });
      process.stdout.write(`\r  ${sizes.size} of ${functionNames.length} bundles`);
    }
    const times = new Map(
      ['empty', ...functionNames].map((name): [string, number[]] => [name, []]),
    );
    for (let n = 0; n < runs; n++) {
      for (const [name, found] of times) {
        const file = name === 'empty' ? emptyFile : join(folder, name, 'index.js');
        found.push(started(file, variables.get(name) ?? {}));
      }
      process.stdout.write(`\r  ${n + 1} of ${runs} runs       `);
    }
    process.stdout.write('\n');
    const quiet = percentile(times.get('empty') ?? [], 0.5);
    return [
      { scenario, figure: 'quiet: empty function, start', value: quiet, unit: 'ms' },
      ...functionNames.flatMap((name): Figure[] => [
        {
          scenario,
          figure: `${name}, start`,
          value: percentile(times.get(name) ?? [], 0.5),
          unit: 'ms',
          target: mostTimes * quiet,
        },
        {
          scenario,
          figure: `${name}, bundle`,
          value: (sizes.get(name)?.start ?? 0) / 1000,
          unit: 'kB',
          target: mostKilobytes,
        },
        {
          scenario,
          figure: `${name}, loaded later`,
          value: (sizes.get(name)?.later ?? 0) / 1000,
          unit: 'kB',
        },
      ]),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
