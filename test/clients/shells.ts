/** Runs many commands of OpenStack's clients fast: one Python process forks for each. */
import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import type { Tenant } from '../../scripts/stack/accounts.ts';
import { root, stateDir } from '../../scripts/stack/state.ts';

/** The outcome of a command. */
const Ran = z.object({ status: z.int(), stdout: z.string(), stderr: z.string() });
export type Ran = z.infer<typeof Ran>;

type Env = Readonly<Record<string, string>>;
export type Who = 'admin' | Tenant;

/** The environment of a user: only the variables from the file that users source. */
export function envOf(who: Who): Env {
  const openrc = join(stateDir, who === 'admin' ? 'openrc' : `openrc-${who}`);
  const bare = { PATH: process.env.PATH ?? '', HOME: stateDir, LC_ALL: 'C.UTF-8' };
  const script = '. "$0" && exec env -0';
  const printed = execFileSync('sh', ['-c', script, openrc], { env: bare, encoding: 'utf8' });
  const pairs = printed.split('\0').filter((line) => line.includes('='));
  return Object.fromEntries(
    pairs.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

export type Shells = Awaited<ReturnType<typeof openShells>>;

/** Starts the process; commands run one after the other until it is closed. */
export function openShells() {
  const child = spawn(join(root, '.venv/bin/python'), [join(import.meta.dirname, 'shells.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const environments = new Map<Who, Env>();
  const known = (who: Who): Env => {
    const env = environments.get(who) ?? envOf(who);
    environments.set(who, env);
    return env;
  };
  let last: Promise<unknown> = Promise.resolve();

  /** Runs a command. Returns its outcome, whatever its status. */
  const run = (
    program: 'openstack' | 'nova' | 'aodh' | 'sdk',
    env: Env,
    args: readonly string[],
  ) => {
    const done = last.then(async (): Promise<Ran> => {
      child.stdin.write(`${JSON.stringify({ program, env, args })}\n`);
      const { value, done: ended } = await lines.next();
      if (ended) throw new Error('the clients’ process ended');
      return Ran.parse(JSON.parse(value));
    });
    last = done.catch(() => undefined);
    return done;
  };

  /** Runs a command. Returns its output. @throws Error with its error message and its status. */
  const printed = async (...given: Parameters<typeof run>): Promise<string> => {
    const { status, stdout, stderr } = await run(...given);
    if (status !== 0) throw new Error(`exit status ${status}: ${stderr}`);
    return stdout;
  };

  return {
    run,
    openstack: (who: Who, ...args: readonly string[]) => printed('openstack', known(who), args),
    /** Runs a command that shows a thing or a list of things. Returns it. */
    shown: async (who: Who, ...args: readonly string[]): Promise<unknown> =>
      JSON.parse(await printed('openstack', known(who), [...args, '--format', 'json'])),
    nova: (who: Who, ...args: readonly string[]) => printed('nova', known(who), args),
    aodh: (who: Who, ...args: readonly string[]) => printed('aodh', known(who), args),
    /**
     * Runs Python code that has a connection `conn` of openstacksdk. Returns its output, parsed as
     * JSON.
     */
    sdk: async (who: Who, ...lines: readonly string[]): Promise<unknown> =>
      JSON.parse(await printed('sdk', known(who), [lines.join('\n')])),
    close: () => {
      child.stdin.end();
    },
  };
}

/** The rows of the tables that `nova` prints, by the names of their columns. */
export function rowsOf(printed: string): Record<string, string>[] {
  const lines = printed.split('\n').filter((line) => line.startsWith('|'));
  const [header = [], ...rows] = lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  return rows.map((cells) => Object.fromEntries(cells.map((cell, n) => [header[n] ?? '', cell])));
}
