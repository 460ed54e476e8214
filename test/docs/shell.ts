/** A shell for the commands of a document, one block after the other. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { root, stateDir } from '../../scripts/stack/state.ts';

export type Shell = {
  /** Runs a script in the shell. Returns its output. Throws with the output if a command fails. */
  readonly run: (script: string) => Promise<string>;
  readonly close: () => void;
};

/** The caller's environment, without the variables of clouds and of vitest. */
function plainEnv(): Record<string, string | undefined> {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(AWS|OS|DOCTOR|VITEST|NODE)_|^(VITEST|TEST|MODE|DEV|PROD)$/.test(name),
  );
  return Object.fromEntries(own);
}

/** The files of the stack under test are in another folder. */
const onThisStack = (script: string): string => script.replaceAll('.doctor/', `${stateDir}/`);

/**
 * Starts a shell at the repository's root that ends at the first command that fails. Readers have
 * `curl` and `aws`; here `bin/aws` stands in for the latter.
 */
export function openShell(): Shell {
  const home = mkdtempSync(join(tmpdir(), 'doctor-docs-'));
  const path = [join(import.meta.dirname, 'bin'), dirname(process.execPath), process.env.PATH];
  const child = spawn('bash', ['--noprofile', '--norc', '-e', '-o', 'pipefail'], {
    cwd: root,
    env: { ...plainEnv(), HOME: home, PATH: path.join(delimiter), DOCTOR_STATE_DIR: stateDir },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let output = '';
  let look = (): void => {};
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
      look();
    });
  }
  let ended: number | null | undefined;
  child.once('close', (code) => {
    ended = code;
    look();
  });
  child.stdin.on('error', () => {}); // the shell has ended, and `run` reports it
  let count = 0;

  return {
    run: (script) =>
      new Promise((done, failed) => {
        count += 1;
        const file = join(home, `block-${count}.sh`);
        const mark = `--- end of block ${count} ---`;
        writeFileSync(file, `${onThisStack(script)}\n`);
        output = '';
        look = () => {
          if (output.includes(mark)) done(output.slice(0, output.indexOf(mark)));
          else if (ended !== undefined) failed(new Error(`ended with ${ended}:\n${output}`));
        };
        child.stdin.write(`source '${file}' < /dev/null 2>&1\nprintf '%s\\n' '${mark}'\n`);
        look();
      }),
    close: () => {
      child.stdin.end();
      child.kill();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
