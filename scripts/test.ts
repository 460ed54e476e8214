import './test-state.ts';
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { run } from './stack/progress.ts';
import { root, stateDir } from './stack/state.ts';
import { withStack } from './stack/with-stack.ts';

// `npm test`: lint, types, unit tests, then the tests that need the embedded stack, which this
// starts and stops itself beside any other that is up. Last line: `N passed, N failed`.

type Count = { passed: number; failed: number };

/** What vitest's JSON reporter writes, as far as it is counted. */
const Report = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
});

/** Runs a command with its output on the screen; its exit status. */
const show = (command: string, args: readonly string[]): Promise<number> =>
  new Promise((done) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
    child.once('error', () => done(1));
    child.once('close', (code) => done(code ?? 1));
  });

const title = (text: string): void => console.log(`\n── ${text}`);

/** A command that passes or fails as one. */
async function check(name: string, command: string, ...args: string[]): Promise<Count> {
  title(name);
  const ok = (await show(command, args)) === 0;
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1 };
}

/** The tests of some vitest projects; a file that does not load, or a run without tests, fails too. */
async function vitest(...projects: string[]): Promise<Count> {
  title(`tests: ${projects.join(', ')}`);
  const file = join(stateDir, `report-${projects[0]}.json`);
  rmSync(file, { force: true });
  const code = await show('vitest', [
    'run',
    ...projects.flatMap((project) => ['--project', project]),
    ...['--reporter', 'default', '--reporter', 'json', '--outputFile.json', file],
  ]);
  try {
    const report = Report.parse(JSON.parse(readFileSync(file, 'utf8')));
    const unloaded = report.testResults.filter(
      ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
    ).length;
    const failed = report.numFailedTests + unloaded;
    const passed = report.numPassedTests;
    const unseen = failed === 0 && (code !== 0 || passed === 0) ? 1 : 0;
    return { passed, failed: failed + unseen };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

await run(async () => {
  mkdirSync(stateDir, { recursive: true });
  const counts: Count[] = [
    await check('lint', 'biome', 'check'),
    await check('types', 'tsc'),
    await vitest('unit', 'infra'),
    await vitest('scripts'),
  ];
  title('the embedded stack');
  const onStack = await withStack(0, () =>
    vitest('adapters', 'e2e', 'crash', 'clients', 'docs'),
  ).catch((error: Error): Count => {
    console.error(error.message);
    return { passed: 0, failed: 1 };
  });
  counts.push(onStack ?? { passed: 0, failed: 1 });
  const sum = (of: keyof Count) => counts.reduce((total, count) => total + count[of], 0);
  console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`);
  return sum('failed') === 0 ? 0 : 1;
});
