import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import { root, stateDir } from './stack/state.ts';

/** How many tests passed and failed. */
export type Count = { readonly passed: number; readonly failed: number };

/** The part of vitest's JSON report that is counted. */
const Report = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
});

/**
 * Counts the tests of a report. A file that does not load, or a run without tests, counts as a
 * failed test.
 */
function countOf(file: string, status: number): Count {
  try {
    const report = Report.parse(JSON.parse(readFileSync(file, 'utf8')));
    const unloaded = report.testResults.filter(
      (each) => each.status === 'failed' && each.assertionResults.length === 0,
    ).length;
    const failed = report.numFailedTests + unloaded;
    const passed = report.numPassedTests;
    const unseen = failed === 0 && (status !== 0 || passed === 0) ? 1 : 0;
    return { passed, failed: failed + unseen };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

const colours = process.stdout.isTTY && !process.env.NO_COLOR ? { FORCE_COLOR: '1' } : {};

/**
 * Makes the parts of a test run. Each line that a part prints begins with the part's name. With
 * `files`, only test files whose paths contain one of these texts are run.
 */
export function makeParts(files: readonly string[] = []) {
  const running = new Set<{ kill: () => boolean }>();
  let stopped = false;

  /** Runs a command to its end. Returns its exit status. */
  const show = (
    name: string,
    command: string,
    args: readonly string[],
    variables: Readonly<Record<string, string>> = {},
  ): Promise<number> =>
    new Promise((done) => {
      const env = { ...process.env, ...colours, ...variables };
      const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
      for (const input of [child.stdout, child.stderr]) {
        createInterface({ input }).on('line', (line) => console.log(`${name} │ ${line}`.trimEnd()));
      }
      running.add(child);
      child.once('error', () => done(1));
      child.once('close', (code) => {
        running.delete(child);
        done(code ?? 1);
      });
    });

  return {
    /** Runs a command that counts as one test. */
    check: async (name: string, command: string, ...args: string[]): Promise<Count> => {
      const ok = !stopped && (await show(name, command, args)) === 0;
      return { passed: ok ? 1 : 0, failed: ok ? 0 : 1 };
    },
    /** Runs the tests of some vitest projects. */
    vitest: async (first: string, ...others: string[]): Promise<Count> => {
      if (stopped) return { passed: 0, failed: 1 };
      const file = join(stateDir, `report-${first}.json`);
      rmSync(file, { force: true });
      const status = await show(first, 'vitest', [
        'run',
        ...files,
        ...[first, ...others].flatMap((project) => ['--project', project]),
        ...['--reporter', 'default', '--reporter', 'json', '--outputFile.json', file],
      ]);
      return countOf(file, status);
    },
    /**
     * Runs a script that starts another stack in another state directory, and runs the tests of a
     * project on it.
     */
    script: async (project: string, file: string): Promise<Count> => {
      if (stopped) return { passed: 0, failed: 1 };
      const folder = join(stateDir, project);
      const report = join(folder, `report-${project}.json`);
      rmSync(report, { force: true });
      const status = await show(project, 'node', [file], { DOCTOR_STATE_DIR: folder });
      return countOf(report, status);
    },
    /** Ends the running parts. Parts that have not begun count as failed. */
    stop: (): void => {
      stopped = true;
      for (const child of running) child.kill();
    },
  };
}

const sum = (counts: readonly Count[]): Count => ({
  passed: counts.reduce((total, { passed }) => total + passed, 0),
  failed: counts.reduce((total, { failed }) => total + failed, 0),
});

/** Runs parts one after the other. */
export async function inOrder(...parts: readonly (() => Promise<Count>)[]): Promise<Count> {
  const counts: Count[] = [];
  for (const part of parts) counts.push(await part());
  return sum(counts);
}

/** Waits for rows of parts. A row that ends with an error counts as a failed test. */
export async function sideBySide(...rows: readonly Promise<Count>[]): Promise<Count> {
  const settled = rows.map((row) =>
    row.catch((error: unknown): Count => {
      console.error(error instanceof Error ? error.message : error);
      return { passed: 0, failed: 1 };
    }),
  );
  return sum(await Promise.all(settled));
}
