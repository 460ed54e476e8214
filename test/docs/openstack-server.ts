import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once as happened } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'es-toolkit';
import { root } from '../../scripts/stack/state.ts';

const python = join(root, '.venv/bin/python');

/**
 * Starts the process that runs `openstack` for the documents' shells, once. It ends with this process.
 * To start Python for each command takes longer than most commands.
 * @returns the path of its socket.
 */
export const openstackServer = once(async (): Promise<string> => {
  const path = join(tmpdir(), `doctor-openstack-${randomUUID()}`);
  const child = spawn(python, [join(import.meta.dirname, 'openstack_server.py'), path], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = happened(child, 'close').then(() => {
    throw new Error('the process for openstack ended');
  });
  await Promise.race([happened(child.stdout, 'data'), ended]);
  ended.catch(() => {});
  child.unref();
  return path;
});

/** Defines `openstack` in a shell, as a request to that process, once the program is on the `PATH`. */
export const openstackFunction = (socket: string): string => {
  const client = join(import.meta.dirname, 'bin/openstack.py');
  const found =
    "type -P openstack > /dev/null || { echo 'openstack: command not found'; return 127; }";
  return `openstack() { ${found}; OPENSTACK_SERVER='${socket}' '${python}' -I -S '${client}' "$@"; }\n`;
};
