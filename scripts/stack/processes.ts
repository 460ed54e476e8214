import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

type Process = { pid: number; command: string };

/**
 * The running processes: from /proc if it exists, because small images have no `ps`. Zombies are
 * left out: they have no command line.
 */
function processes(): Process[] {
  if (process.platform !== 'linux') {
    const table = execFileSync('ps', ['-axww', '-o', 'pid=,command='], { encoding: 'utf8' });
    return table.split('\n').map((line) => {
      const [, pid = '0', command = ''] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
      return { pid: Number(pid), command };
    });
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return { pid: Number(pid), command: readFileSync(`/proc/${pid}/cmdline`, 'utf8') };
      } catch {
        return { pid: Number(pid), command: '' }; // the process ended meanwhile
      }
    });
}

/**
 * The processes of one stack. The emulator has the instance's name as an argument, and its Lambda
 * workers run in a folder of that name. So a process of another program that got the same pid is
 * never ended.
 */
export const processesOf = (instance: string): number[] =>
  processes()
    .filter(({ pid, command }) => pid !== process.pid && command.includes(instance))
    .map(({ pid }) => pid);

/** The command line of a running process; empty if there is no such process. */
export const commandOf = (pid: number): string =>
  processes().find((process) => process.pid === pid)?.command ?? '';

const signal = (pids: readonly number[], name: 'SIGTERM' | 'SIGKILL'): void => {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch {
      // it has ended
    }
  }
};

async function gone(instance: string, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (processesOf(instance).length > 0) {
    if (Date.now() > deadline) return false;
    await sleep(50);
  }
  return true;
}

/**
 * Ends every process of a stack, by SIGTERM and after 3 seconds by SIGKILL. Returns when all have
 * ended. @throws Error if some do not end.
 */
export async function end(instance: string): Promise<void> {
  signal(processesOf(instance), 'SIGTERM');
  if (await gone(instance, 3000)) return;
  signal(processesOf(instance), 'SIGKILL');
  if (!(await gone(instance, 3000))) {
    throw new Error(`processes ${processesOf(instance)} of the stack ${instance} do not end`);
  }
}
